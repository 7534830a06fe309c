{{/*
One pipeline: its manifest, with the values laid over it. What the executor reads and what Argo gets
is this one text. Call with (list $ "daily").
*/}}
{{- define "zlv.pipeline" -}}
{{- $root := index . 0 -}}{{- $name := index . 1 -}}{{- $values := $root.Values -}}
{{- $fullname := include "zlv.fullname" $root -}}
{{- $manifest := $root.Files.Get (printf "files/workflows/%s.yml" $name) | fromYaml -}}
{{- $spec := $manifest.spec -}}
{{- $labels := include "zlv.labels" (list $root "pipeline") | fromYaml -}}
{{- $_ := set $labels "zlv.fr/pipeline" $name -}}
{{- $_ := set $labels "zlv.fr/workflow" $manifest.metadata.name -}}
{{- $metadata := dict "name" (printf "%s-%s" $fullname $name) "labels" $labels -}}
{{- with $values.commonAnnotations }}{{ $_ := set $metadata "annotations" . }}{{ end -}}
{{- $_ := set $manifest "metadata" $metadata -}}

{{- $_ := set $spec "serviceAccountName" (printf "%s-step" $fullname) -}}
{{- if $values.argo.enabled }}{{ $_ := set $spec "executor" (dict "serviceAccountName" (printf "%s-argo" $fullname)) }}{{ else }}{{ $_ := unset $spec "executor" }}{{ end -}}
{{- $_ := set $spec "synchronization" (dict "mutexes" (list (dict "name" (printf "%s-volumes" $fullname)))) -}}
{{- $podLabels := include "zlv.podLabels" (list $root "step") | fromYaml -}}
{{- $_ := set $podLabels "zlv.fr/pipeline" $name -}}
{{- $_ := set $podLabels "zlv.fr/volumes" $fullname -}}
{{- $podMetadata := dict "labels" $podLabels -}}
{{- with $values.podAnnotations }}{{ $_ := set $podMetadata "annotations" . }}{{ end -}}
{{- $_ := set $spec "podMetadata" $podMetadata -}}
{{- $_ := set $spec "securityContext" $values.podSecurityContext -}}
{{- with $values.imagePullSecrets }}{{ $_ := set $spec "imagePullSecrets" . }}{{ end -}}
{{- with $values.nodeSelector }}{{ $_ := set $spec "nodeSelector" . }}{{ end -}}
{{- with $values.tolerations }}{{ $_ := set $spec "tolerations" . }}{{ end -}}
{{- with include "zlv.priorityClassName" $root }}{{ $_ := set $spec "podPriorityClassName" . }}{{ end -}}
{{- $_ := unset $spec "affinity" -}}
{{- with include "zlv.affinity" $root }}{{ $_ := set $spec "affinity" (fromYaml .) }}{{ end -}}

{{- $given := dict "image" (include "zlv.image" (list $root $values.image)) -}}
{{- if eq $name "backup" }}{{ $_ := set $given "to" (printf "s3://%s/backups" (include "zlv.lakeBucket" $root)) }}{{ end -}}
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
{{- with $template.container -}}
{{- $step := get $values.steps $template.name | default dict -}}
{{- with $step.activeDeadlineSeconds }}{{ $_ := set $template "activeDeadlineSeconds" (int .) }}{{ end -}}
{{- $_ := set . "imagePullPolicy" $values.image.pullPolicy -}}
{{- $_ := set . "securityContext" $values.securityContext -}}
{{- $_ := set . "env" (concat .env $values.extraEnv) -}}
{{- $_ := set . "envFrom" (concat (list (dict "configMapRef" (dict "name" $fullname)) (dict "secretRef" (dict "name" (include "zlv.secretName" $root)))) $values.extraEnvFrom) -}}
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
