{{/* A peer: the pods of a component. Takes (list root component). */}}
{{- define "sightline.peer" -}}
- podSelector:
    matchLabels:
      {{- include "sightline.selector" . | nindent 6 }}
{{- end -}}

{{/* Start of a policy: whose pods it is about. Takes (list root component). */}}
{{- define "sightline.policyHead" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "sightline.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "sightline.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
{{- end -}}

{{/* Ingress rule for Prometheus. Takes (list root port). */}}
{{- define "sightline.metricsRule" -}}
{{- with (index . 0).Values.networkPolicy.metricsFrom }}
- from:
    {{- toYaml . | nindent 4 }}
  ports:
    - { port: {{ index $ 1 }}, protocol: TCP }
{{- end }}
{{- end -}}

{{/* Egress rule to a component of ours. Takes (list root component port). */}}
{{- define "sightline.toRule" -}}
- to:
    {{- include "sightline.peer" . | nindent 4 }}
  ports:
    - { port: {{ index . 2 }}, protocol: TCP }
{{- end -}}

{{- define "sightline.dnsRule" -}}
- to:
    {{- toYaml .Values.networkPolicy.dnsTo | nindent 4 }}
  ports:
    - { port: 53, protocol: UDP }
    - { port: 53, protocol: TCP }
{{- end -}}

{{/* A peer: every public address, and no other. */}}
{{- define "sightline.publicPeer" -}}
- ipBlock:
    cidr: 0.0.0.0/0
    except:
      {{- toYaml .Values.networkPolicy.privateRanges | nindent 6 }}
{{- end -}}

{{/* A peer: one address. */}}
{{- define "sightline.addressPeer" -}}
- ipBlock: { cidr: {{ . }}/{{ ternary "128" "32" (contains ":" .) }} }
{{- end -}}

{{/* Public addresses on 443. */}}
{{- define "sightline.internetRule" -}}
- to:
    {{- include "sightline.publicPeer" . | nindent 4 }}
  ports:
    - { port: 443, protocol: TCP }
{{- end -}}

{{/* What gateway and agent ask of others. */}}
{{- define "sightline.workEgress" -}}
{{ include "sightline.dnsRule" . }}
{{- if .Values.gate.enabled }}
{{ include "sightline.toRule" (list . "gate" 8010) }}
{{- end }}
{{- if .Values.engines }}
{{ include "sightline.toRule" (list . (ternary "router" "vllm" .Values.router.enabled) 8000) }}
{{- end }}
{{- with .Values.store.postgres }}
{{- if .trial.enabled }}
{{ include "sightline.toRule" (list $ "postgres" 5432) }}
{{- else if .existingSecret }}
- to:
    {{- toYaml $.Values.networkPolicy.postgresTo | nindent 4 }}
  ports:
    - { port: {{ .port }}, protocol: TCP }
{{- end }}
{{- end }}
{{- if .Values.networkPolicy.internet }}
{{ include "sightline.internetRule" . }}
{{- end }}
{{- with .Values.networkPolicy.extraEgress }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Port of an external LiveKit's signalling, from its address. */}}
{{- define "sightline.livekitPort" -}}
{{- $url := urlParse .Values.livekit.url -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) | default (ternary "443" "80" (has $url.scheme (list "wss" "https"))) -}}
{{- end -}}

{{/* An external LiveKit: its signalling. What is not named may be at any public address, if `internet` allows it. */}}
{{- define "sightline.externalLivekitRule" -}}
- to:
    {{- with .Values.networkPolicy.livekitTo }}
    {{- toYaml . | nindent 4 }}
    {{- else }}
    {{- include "sightline.publicPeer" . | nindent 4 }}
    {{- end }}
  ports:
    - { port: {{ include "sightline.livekitPort" . }}, protocol: TCP }
{{- end -}}

{{/* Its media besides, over UDP, TCP and TURN. */}}
{{- define "sightline.externalMediaPorts" -}}
- { port: 7881, protocol: TCP }
{{- if ne (include "sightline.livekitPort" .) "443" }}
- { port: 443, protocol: TCP }
{{- end }}
- { port: 443, protocol: UDP }
- { port: 3478, protocol: UDP }
- { port: 7882, protocol: UDP }
- { port: 50000, endPort: 60000, protocol: UDP }
{{- end -}}
