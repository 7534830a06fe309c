{{/* Ports of a destination, as the Service and as the pods behind it have them. Takes root, destination. */}}
{{- define "zlv.ports" -}}
{{- $values := .root.Values -}}{{- $policy := $values.networkPolicy -}}
{{- $ports := list -}}
{{- if eq .destination "dns" }}{{ $ports = $policy.dnsPorts }}
{{- else if eq .destination "api" }}{{ $ports = $policy.apiPorts }}
{{- else if eq .destination "postgresql" }}{{ $ports = ternary (list 5432) (prepend $policy.targetPorts.postgresql $values.postgresql.port) $values.dev.enabled }}
{{- else if eq .destination "metabaseDatabase" }}{{ $ports = prepend $policy.targetPorts.metabaseDatabase $values.metabase.database.port }}
{{- else if eq .destination "s3" }}
{{- $port := regexFind ":[0-9]+$" (include "zlv.s3Endpoint" .root) | trimPrefix ":" | default (ternary "443" "80" $values.s3.useSSL) }}
{{- $ports = ternary (list $port) (prepend $policy.targetPorts.s3 $port) $values.dev.enabled }}
{{- else if eq .destination "otlp" }}
{{- $url := urlParse $values.otlp.endpoint }}
{{- $ports = prepend $policy.targetPorts.otlp (regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https"))) }}
{{- else }}{{ $ports = list 443 }}
{{- end -}}
{{- $found := list -}}
{{- range $ports }}{{ $found = append $found (int .) }}{{ end -}}
{{- toJson (uniq $found) -}}
{{- end }}

{{/*
One rule of the way out. Takes root, destination: dns, api, postgresql, metabaseDatabase, s3, web, webhook or otlp. Its
peers are those of the value of that name; a trial's servers are the trial's own pod.
*/}}
{{- define "zlv.egress" -}}
{{- $destination := .destination -}}
- ports:
    {{- range include "zlv.ports" . | fromJsonArray }}
    {{- if eq $destination "dns" }}
    - {protocol: UDP, port: {{ int . }}}
    {{- end }}
    - {protocol: TCP, port: {{ int . }}}
    {{- end }}
  {{- if and .root.Values.dev.enabled (has $destination (list "postgresql" "s3")) }}
  to:
    - podSelector:
        matchLabels: {{- include "zlv.selector" .root | nindent 10 }}
          app.kubernetes.io/component: dev
  {{- else }}
  {{- with get .root.Values.networkPolicy $destination }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
{{- end }}

{{/* A policy of the way out of a component's pods. Takes root, component, name, reaches (a list), extra (further rules); may take labels that the pods have too. */}}
{{- define "zlv.egressPolicy" -}}
{{- $root := .root -}}
{{- $reaches := .reaches -}}
{{- if and $root.Values.otlp.endpoint .traces (or $reaches $root.Values.networkPolicy.otlp) }}{{ $reaches = append $reaches "otlp" }}{{ end -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{- include "zlv.metadata" (dict "root" $root "name" (printf "%s-%s" (include "zlv.fullname" $root) .name) "component" .component) | nindent 2 }}
spec:
  podSelector:
    matchLabels: {{- include "zlv.selector" $root | nindent 6 }}
      app.kubernetes.io/component: {{ .component }}
      {{- with .labels }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
  policyTypes: [Egress]
  {{- if or $reaches .extra }}
  egress:
    {{- /* The API server is known by its address. */}}
    {{- if or .extra (without $reaches "api") }}
    {{- include "zlv.egress" (dict "root" $root "destination" "dns") | nindent 4 }}
    {{- end }}
    {{- range $reaches }}
    {{- include "zlv.egress" (dict "root" $root "destination" .) | nindent 4 }}
    {{- end }}
    {{- with .extra }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
{{- end }}
