{{/*
One pipeline: its manifest, with the values laid over it. What the executor reads and what Argo gets
is this one text. Takes root, pipeline (its name).
*/}}
{{- define "zlv.pipeline" -}}
{{- $root := .root -}}{{- $name := .pipeline -}}{{- $values := $root.Values -}}
{{- $fullname := include "zlv.fullname" $root -}}
{{- $manifest := $root.Files.Get (printf "files/workflows/%s.yml" $name) | fromYaml -}}
{{- $spec := $manifest.spec -}}
{{- $labels := include "zlv.labels" (dict "root" $root "component" "pipeline") | fromYaml -}}
{{- $_ := set $labels "zlv.fr/pipeline" $name -}}
{{- $_ := set $labels "zlv.fr/workflow" $manifest.metadata.name -}}
{{- $metadata := dict "name" (printf "%s-%s" $fullname $name) "labels" $labels -}}
{{- with $values.commonAnnotations }}{{ $_ := set $metadata "annotations" . }}{{ end -}}
{{- if $values.argo.enabled }}{{ $_ := set $metadata "namespace" (include "zlv.namespace" $root) }}{{ end -}}
{{- $_ := set $manifest "metadata" $metadata -}}

{{- $_ := set $spec "serviceAccountName" (printf "%s-step" $fullname) -}}
{{- if $values.argo.enabled }}{{ $_ := set $spec "executor" (dict "serviceAccountName" (printf "%s-argo" $fullname)) }}{{ else }}{{ $_ := unset $spec "executor" }}{{ end -}}
{{- $_ := set $spec "synchronization" (dict "mutexes" (list (dict "name" (printf "%s-volumes" $fullname)))) -}}
{{- $podLabels := include "zlv.podLabels" (dict "root" $root "component" "step") | fromYaml -}}
{{- $_ := set $podLabels "zlv.fr/pipeline" $name -}}
{{- $podLabels = mergeOverwrite $podLabels (include "zlv.volumeLabels" (dict "root" $root "mounts" "all") | fromYaml) -}}
{{- $podMetadata := dict "labels" $podLabels -}}
{{- with $values.podAnnotations }}{{ $_ := set $podMetadata "annotations" . }}{{ end -}}
{{- $_ := set $spec "podMetadata" $podMetadata -}}
{{- $_ := set $spec "securityContext" $values.podSecurityContext -}}
{{- with $values.imagePullSecrets }}{{ $_ := set $spec "imagePullSecrets" . }}{{ end -}}
{{- with $values.nodeSelector }}{{ $_ := set $spec "nodeSelector" . }}{{ end -}}
{{- with $values.tolerations }}{{ $_ := set $spec "tolerations" . }}{{ end -}}
{{- with include "zlv.priorityClassName" $root }}{{ $_ := set $spec "podPriorityClassName" . }}{{ end -}}
{{- $_ := unset $spec "affinity" -}}
{{- with include "zlv.affinity" (dict "root" $root "mounts" "all") }}{{ $_ := set $spec "affinity" (fromYaml .) }}{{ end -}}
{{- with include "zlv.podExtras" (dict "root" $root "spread" $values.topologySpreadConstraints) | fromYaml }}
{{- $_ := set $spec "podSpecPatch" (toYaml (mergeOverwrite ($spec.podSpecPatch | fromYaml) .)) }}
{{- end -}}

{{- $given := dict "image" (include "zlv.image" (dict "root" $root "image" $values.image)) -}}
{{- if eq $name "backup" }}{{ $_ := set $given "to" (printf "s3://%s/backups" (include "zlv.lakeBucket" $root)) }}{{ end -}}
{{- if eq $name "restore" }}{{ $_ := set $given "from" ($values.pipelines.backup.parameters.to | default (printf "s3://%s/backups" (include "zlv.lakeBucket" $root))) }}{{ end -}}
{{- if eq $name "weekly" }}{{ $given = mergeOverwrite $given (deepCopy $values.pipelines.daily.parameters) }}{{ end -}}
{{- $given = mergeOverwrite $given (deepCopy (get $values.pipelines $name).parameters) -}}
{{- $known := list -}}
{{- range $parameter := $spec.arguments.parameters -}}
{{- $known = append $known $parameter.name -}}
{{- if hasKey $given $parameter.name }}{{ $_ := set $parameter "value" (toString (get $given $parameter.name)) }}{{ end -}}
{{- end -}}
{{- range $key := keys $given | sortAlpha -}}
{{- if not (has $key $known) }}{{ fail (printf "pipelines.%s.parameters.%s: the pipeline has no such parameter; it has %s" $name $key (join ", " $known)) }}{{ end -}}
{{- end -}}

{{- $volumes := list -}}
{{- range $volume := $spec.volumes -}}
{{- if eq $volume.name "raw" }}{{ $_ := set $volume "persistentVolumeClaim" (dict "claimName" (include "zlv.rawClaim" $root)) }}{{ end -}}
{{- if eq $volume.name "clean" }}{{ $_ := set $volume "persistentVolumeClaim" (dict "claimName" (include "zlv.cleanClaim" $root)) }}{{ end -}}
{{- if eq $volume.name "catalog" }}{{ $_ := set $volume "configMap" (include "zlv.catalogVolume" $root | fromYaml) }}{{ end -}}
{{- $volumes = append $volumes $volume -}}
{{- end -}}
{{- $_ := set $spec "volumes" (concat $volumes $values.extraVolumes) -}}

{{- range $template := $spec.templates -}}
{{- range $volume := $template.volumes -}}
{{- if eq $volume.name "keys" }}{{ $_ := set $volume.secret "secretName" (include "zlv.secretName" $root) }}{{ end -}}
{{- end -}}
{{- with $template.container -}}
{{- $step := get $values.steps $template.name | default dict -}}
{{- with $step.activeDeadlineSeconds }}{{ $_ := set $template "activeDeadlineSeconds" (int .) }}{{ end -}}
{{- $_ := set . "imagePullPolicy" $values.image.pullPolicy -}}
{{- $_ := set . "securityContext" $values.securityContext -}}
{{- $_ := set . "env" (concat .env $values.extraEnv) -}}
{{- if and $values.networkPolicy.enabled $values.otlp.endpoint (not $values.networkPolicy.otlp) (not (index $template.metadata.annotations "zlv.fr/reaches")) -}}
{{- /* A step that reaches nothing reaches no collector of any host: its spans stay with the run. */ -}}
{{- $_ := set . "env" (append .env (dict "name" "OTEL_EXPORTER_OTLP_ENDPOINT" "value" "")) -}}
{{- end -}}
{{- $_ := set . "envFrom" (concat (list (dict "configMapRef" (dict "name" $fullname))) $values.extraEnvFrom) -}}
{{- $_ := set . "volumeMounts" (concat .volumeMounts $values.extraVolumeMounts) -}}
{{- $resources := mergeOverwrite (deepCopy .resources) (deepCopy ($step.resources | default dict)) -}}
{{- $limit := include "zlv.mebibytes" $resources.limits.memory | float64 -}}
{{- if and (ge $limit 0.0) (gt (include "zlv.mebibytes" $resources.requests.memory | float64) $limit) -}}
{{- $_ := set $resources.requests "memory" $resources.limits.memory -}}
{{- end -}}
{{- $_ := set . "resources" $resources -}}
{{- end -}}
{{- end -}}
{{- toYaml $manifest -}}
{{- end }}

{{/* The catalog's ConfigMap as a folder: a key cannot hold a slash, a path can. */}}
{{- define "zlv.catalogVolume" -}}
name: {{ include "zlv.fullname" . }}-catalog
optional: true
{{- with .Values.catalog }}
{{- if or .sources .policy .publication }}
items:
  {{- if $.Values.dev.enabled }}
  - {key: expected.yml, path: expected.yml}
  {{- end }}
  {{- range $file := keys .sources | sortAlpha }}
  - {key: {{ $file }}, path: {{ $file }}}
  {{- end }}
  {{- range $file := keys .policy | sortAlpha }}
  - {key: policy.{{ $file }}, path: policy/{{ $file }}}
  {{- end }}
  {{- if .publication }}
  - {key: publication.yml, path: publication.yml}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Every step of the enabled pipelines with what it reaches, as its manifest says: {"load-lake": "s3 web"}. */}}
{{- define "zlv.steps" -}}
{{- $steps := dict -}}
{{- range $name := include "zlv.pipelineNames" . | fromJsonArray -}}
{{- range $template := ($.Files.Get (printf "files/workflows/%s.yml" $name) | fromYaml).spec.templates -}}
{{- if $template.container }}{{ $_ := set $steps $template.name (index $template.metadata.annotations "zlv.fr/reaches") }}{{ end -}}
{{- end -}}
{{- end -}}
{{- toJson $steps -}}
{{- end }}

{{/* Argo CD does not count a pipeline that is started by hand as one that waits. Takes the pipeline's values. */}}
{{- define "zlv.scheduleAnnotations" -}}
{{- if .suspend }}
argocd.argoproj.io/ignore-healthcheck: "true"
{{- end }}
{{- end }}
