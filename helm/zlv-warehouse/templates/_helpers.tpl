{{/* CronJobs may have 52 characters, of which a pipeline's name takes up to 10. */}}
{{- define "zlv.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- define "zlv.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "zlv.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "zlv.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "zlv.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace -}}
{{- end }}

{{/* What selects: it never changes between versions of the chart. */}}
{{- define "zlv.selector" -}}
app.kubernetes.io/name: {{ include "zlv.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Metadata of an object. Takes root, name, component; may take labels and annotations of its own. */}}
{{- define "zlv.metadata" -}}
{{- $root := .root -}}
name: {{ .name }}
namespace: {{ include "zlv.namespace" $root }}
labels: {{- include "zlv.labels" (dict "root" $root "component" .component) | nindent 2 }}
{{- with .labels }}
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with mergeOverwrite (deepCopy $root.Values.commonAnnotations) (.annotations | default dict) }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Labels of an object. Takes root, component. */}}
{{- define "zlv.labels" -}}
{{- $root := .root -}}
{{ include "zlv.selector" $root }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Labels of a pod. Takes root, component. */}}
{{- define "zlv.podLabels" -}}
{{- $root := .root -}}
{{ include "zlv.selector" $root }}
app.kubernetes.io/component: {{ .component }}
{{- with $root.Values.podLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/*
Reference of an image. Takes root, image; an empty tag is that of the main image. A registry for all
takes the place of the repository's own, which is its first part where that has a dot, a colon, or is localhost.
*/}}
{{- define "zlv.image" -}}
{{- $root := .root -}}{{- $image := .image -}}
{{- $repository := $image.repository -}}
{{- with $root.Values.global.imageRegistry -}}
{{- $repository = printf "%s/%s" . (regexReplaceAll "^([^/]*[.:][^/]*|localhost)/" $repository "") -}}
{{- end -}}
{{- $repository -}}
{{- if $image.digest -}}@{{ $image.digest }}{{- else -}}:{{ $image.tag | default $root.Values.image.tag | default $root.Chart.AppVersion }}{{- end -}}
{{- end }}

{{- define "zlv.secretName" -}}
{{- if .Values.dev.enabled -}}{{ include "zlv.fullname" . }}-trial{{- else -}}{{ .Values.secrets.existingSecret | default (include "zlv.fullname" .) }}{{- end -}}
{{- end }}

{{/* Volume of keys of the Secret, a file each. What is missing there is told by who needs it, with its cure. Takes root, keys. */}}
{{- define "zlv.keysVolume" -}}
name: keys
secret:
  secretName: {{ include "zlv.secretName" .root }}
  optional: true
  items:
    {{- range .keys }}
    - {key: {{ . }}, path: {{ . }}}
    {{- end }}
{{- end }}

{{- define "zlv.rawClaim" -}}
{{- .Values.volumes.raw.existingClaim | default (printf "%s-raw" (include "zlv.fullname" .)) -}}
{{- end }}

{{- define "zlv.cleanClaim" -}}
{{- .Values.volumes.clean.existingClaim | default (printf "%s-clean" (include "zlv.fullname" .)) -}}
{{- end }}

{{- define "zlv.priorityClassName" -}}
{{- .Values.priorityClass.name | default (ternary (include "zlv.fullname" .) "" .Values.priorityClass.create) -}}
{{- end }}

{{/* Host and port of the S3 server, as pods see it. */}}
{{- define "zlv.s3Endpoint" -}}
{{- if .Values.dev.enabled -}}{{ include "zlv.fullname" . }}-dev:9000{{- else -}}{{ .Values.s3.endpoint }}{{- end -}}
{{- end }}

{{- define "zlv.lakeBucket" -}}
{{- ternary "zlv-data-lake" .Values.s3.lakeBucket .Values.dev.enabled -}}
{{- end }}

{{- define "zlv.pipelineNames" -}}
{{- $names := list -}}
{{- range $name, $pipeline := .Values.pipelines }}{{ if $pipeline.enabled }}{{ $names = append $names $name }}{{ end }}{{ end -}}
{{- toJson $names -}}
{{- end }}

{{/* A quantity of memory in MiB, or -1 when it cannot be told. */}}
{{- define "zlv.mebibytes" -}}
{{- $text := toString . -}}
{{- $number := regexFind "^[0-9.]+" $text -}}
{{- $factors := dict "Ki" 0.0009765625 "Mi" 1.0 "Gi" 1024.0 "Ti" 1048576.0 "k" 0.00095367 "M" 0.95367 "G" 953.67 "T" 953674.3 "" 0.00000095367 -}}
{{- $unit := trimPrefix $number $text -}}
{{- if and $number (hasKey $factors $unit) -}}{{ mulf $number (get $factors $unit) | floor }}{{- else -}}-1{{- end -}}
{{- end }}
