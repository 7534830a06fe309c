{{/* A quantity of processors in thousandths. */}}
{{- define "zlv.millicores" -}}
{{- $text := toString . -}}
{{- if hasSuffix "m" $text -}}{{ trimSuffix "m" $text }}{{- else -}}{{ mulf $text 1000.0 | floor }}{{- end -}}
{{- end }}

{{/* The larger one of two quantities. Takes name (cpu, memory or ephemeral-storage), one, other (may be empty). */}}
{{- define "zlv.larger" -}}
{{- $by := ternary "zlv.millicores" "zlv.mebibytes" (eq .name "cpu") -}}
{{- if not .other -}}{{ .one }}
{{- else if gt (include $by .one | float64) (include $by .other | float64) -}}{{ .one }}
{{- else -}}{{ .other }}{{- end -}}
{{- end }}

{{/*
What one pod needs that runs all steps of a pipeline, as JSON: keys, reaches and extra (further rules of the way out) of
any of them, the largest of their requests and limits, their volumes and mounts. Raw files are read-only where all
steps only read them. Takes root, pipeline (its name).
*/}}
{{- define "zlv.onePod" -}}
{{- $root := .root -}}
{{- $spec := (include "zlv.pipeline" . | fromYaml).spec -}}
{{- $keys := list -}}{{- $reaches := list -}}{{- $extra := list -}}
{{- $mounts := dict -}}{{- $writes := false -}}
{{- $resources := dict "requests" dict "limits" dict -}}
{{- range $template := $spec.templates -}}
{{- with $template.container -}}
{{- range $volume := $template.volumes -}}
{{- if eq $volume.name "keys" }}{{ range $volume.secret.items }}{{ $keys = append $keys .key }}{{ end }}{{ end -}}
{{- end -}}
{{- $reaches = concat $reaches (compact (splitList " " (index $template.metadata.annotations "zlv.fr/reaches"))) -}}
{{- $extra = concat $extra (get $root.Values.networkPolicy.extraEgress.steps $template.name | default list) -}}
{{- $raw := false -}}
{{- range $mount := .volumeMounts -}}
{{- $_ := set $mounts $mount.mountPath $mount -}}
{{- if eq $mount.mountPath "/data/raw" }}{{ $raw = true }}{{ end -}}
{{- end -}}
{{- if not $raw }}{{ $writes = true }}{{ end -}}
{{- range $kind := list "requests" "limits" -}}
{{- $most := get $resources $kind -}}
{{- range $name, $one := get $template.container.resources $kind -}}
{{- $_ := set $most $name (include "zlv.larger" (dict "name" $name "one" (toString $one) "other" (get $most $name))) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $writes }}{{ $_ := unset $mounts "/data/raw" }}{{ end -}}
{{- $found := list -}}
{{- range $path := keys $mounts | sortAlpha }}{{ $found = append $found (get $mounts $path) }}{{ end -}}
{{- $ways := list -}}
{{- range list "postgresql" "s3" "web" "webhook" }}{{ if has . $reaches }}{{ $ways = append $ways . }}{{ end }}{{ end -}}
{{- dict "keys" (uniq $keys) "reaches" $ways "extra" (uniq $extra) "resources" $resources "mounts" $found "volumes" $spec.volumes | toJson -}}
{{- end }}

{{/* Not empty where a pipeline makes Jobs of its steps, or there is none: then the executor's account and policy are needed. */}}
{{- define "zlv.makesJobs" -}}
{{- $names := include "zlv.pipelineNames" . | fromJsonArray -}}
{{- $found := not $names -}}
{{- range $names }}{{ if ne (get $.Values.pipelines .).executor "pod" }}{{ $found = true }}{{ end }}{{ end -}}
{{- if $found }}true{{ end -}}
{{- end }}
