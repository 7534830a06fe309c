{{/* A claim as the value of a label: its name, or where that is too long its beginning and a digest. Takes the name. */}}
{{- define "zlv.claimLabel" -}}
{{- if gt (len .) 63 -}}{{ trunc 54 . | trimSuffix "-" | trimSuffix "." }}-{{ sha256sum . | trunc 8 }}{{- else -}}{{ . }}{{- end -}}
{{- end }}

{{/*
Labels by which pods that mount the same claims find each other, whichever release they are of. Takes root,
mounts: `all` (raw, or both) or `clean`.
*/}}
{{- define "zlv.volumeLabels" -}}
{{- $clean := include "zlv.claimLabel" (include "zlv.cleanClaim" .root) -}}
zlv.fr/volumes: {{ ternary (include "zlv.claimLabel" (include "zlv.rawClaim" .root)) $clean (eq .mounts "all") }}
zlv.fr/clean: {{ $clean }}
{{- end }}

{{/* Where a pod that mounts a volume may run. Takes root, mounts. */}}
{{- define "zlv.affinity" -}}
{{- if .root.Values.affinity -}}
{{ toYaml .root.Values.affinity }}
{{- else if and .mounts .root.Values.volumes.sameNode -}}
{{- $clean := include "zlv.claimLabel" (include "zlv.cleanClaim" .root) -}}
podAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    - topologyKey: kubernetes.io/hostname
      labelSelector:
        matchExpressions:
          {{- if eq .mounts "all" }}
          - {key: zlv.fr/volumes, operator: In, values: [{{ include "zlv.claimLabel" (include "zlv.rawClaim" .root) }}, {{ $clean }}]}
          {{- else }}
          - {key: zlv.fr/clean, operator: In, values: [{{ $clean }}]}
          {{- end }}
{{- end -}}
{{- end }}

{{/* What Argo has no field for in a workflow. Takes root, spread (topologySpreadConstraints). */}}
{{- define "zlv.podExtras" -}}
{{- $values := .root.Values -}}
{{- $extras := dict -}}
{{- with $values.runtimeClassName }}{{ $_ := set $extras "runtimeClassName" . }}{{ end -}}
{{- with $values.dnsConfig }}{{ $_ := set $extras "dnsConfig" . }}{{ end -}}
{{- if not (kindIs "invalid" $values.hostUsers) }}{{ $_ := set $extras "hostUsers" $values.hostUsers }}{{ end -}}
{{- $spread := list -}}
{{- $own := dict "labelSelector" (dict "matchLabels" (include "zlv.selector" .root | fromYaml)) -}}
{{- range .spread }}{{ $spread = append $spread (ternary . (merge (deepCopy .) $own) (hasKey . "labelSelector")) }}{{ end -}}
{{- with $spread }}{{ $_ := set $extras "topologySpreadConstraints" . }}{{ end -}}
{{- toYaml $extras -}}
{{- end }}

{{/*
What pods have in common: pull secrets, security, placement. Takes root, mounts (`all`, `clean`, or empty); may take
own, values that win over those of the chart.
*/}}
{{- define "zlv.pod" -}}
{{- $values := .root.Values -}}{{- $own := .own | default dict -}}
enableServiceLinks: false
{{- with $values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext: {{- toYaml $values.podSecurityContext | nindent 2 }}
{{- with include "zlv.podExtras" (dict "root" .root "spread" ($own.topologySpreadConstraints | default $values.topologySpreadConstraints)) | fromYaml }}
{{ toYaml . }}
{{- end }}
{{- with $own.nodeSelector | default $values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.tolerations | default $values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.affinity | default (include "zlv.affinity" (dict "root" .root "mounts" .mounts) | fromYaml) }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
