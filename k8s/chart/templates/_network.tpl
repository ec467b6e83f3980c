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
- {{ with .Values.networkPolicy.dnsTo }}to:
    {{- toYaml . | nindent 4 }}
  {{ end }}ports:
    - { port: 53, protocol: UDP }
    - { port: 53, protocol: TCP }
{{- end -}}

{{/* Public addresses on 443. */}}
{{- define "sightline.internetRule" -}}
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except:
          {{- toYaml .Values.networkPolicy.privateRanges | nindent 10 }}
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
{{- if .Values.networkPolicy.internet }}
{{ include "sightline.internetRule" . }}
{{- end }}
{{- with .Values.networkPolicy.extraEgress }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Ports of an external LiveKit: signalling, and media over TCP, UDP and TURN. */}}
{{- define "sightline.externalLivekitRule" -}}
- {{ with .Values.networkPolicy.livekitTo }}to:
    {{- toYaml . | nindent 4 }}
  {{ end }}ports:
    - { port: 443, protocol: TCP }
    - { port: 7880, endPort: 7881, protocol: TCP }
    - { port: 443, protocol: UDP }
    - { port: 3478, protocol: UDP }
    - { port: 7882, protocol: UDP }
    - { port: 50000, endPort: 60000, protocol: UDP }
{{- end -}}
