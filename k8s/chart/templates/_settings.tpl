{{/* Base URL of the pool of engines, and none without one. */}}
{{- define "sightline.engineUrl" -}}
{{- if .Values.engines -}}
http://{{ include "sightline.fullname" . }}-{{ ternary "router" "vllm" .Values.router.enabled }}:8000/v1
{{- end -}}
{{- end -}}

{{- define "sightline.livekitUrl" -}}
{{- if .Values.livekit.trial.enabled -}}
ws://{{ include "sightline.fullname" . }}-livekit:7880
{{- else -}}
{{ .Values.livekit.url }}
{{- end -}}
{{- end -}}

{{/* What gateway and agent both read; config wins over what is no address of ours. */}}
{{- define "sightline.settings" -}}
{{- $settings := dict "HOST" "0.0.0.0" "DATA_DIR" "/data" "LOG_LEVEL" "info" -}}
{{- with include "sightline.engineUrl" . -}}
{{- $_ := set $settings "LOCAL_ENGINE_URL" . -}}
{{- $_ := set $settings "LOCAL_ENGINE_MODEL" (include "sightline.servedModel" $) -}}
{{- $_ := set $settings "LOCAL_ENGINE_KIND" "vllm" -}}
{{- $_ := set $settings "CONTEXT_TOKENS" (include "sightline.contextTokens" $) -}}
{{- $_ := set $settings "LOCAL_PICTURES" (include "sightline.localPictures" $) -}}
{{- end -}}
{{- if .Values.gate.enabled -}}
{{- $_ := set $settings "GATE_URL" (printf "http://%s-gate:8010" (include "sightline.fullname" .)) -}}
{{- end -}}
{{- with include "sightline.livekitUrl" . -}}
{{- $_ := set $settings "LIVEKIT_URL" . -}}
{{- $_ := set $settings "LIVEKIT_PUBLIC_URL" ($.Values.livekit.publicUrl | default .) -}}
{{- $_ := set $settings "LIVEKIT_API_KEY" $.Values.livekit.apiKey -}}
{{- end -}}
{{- toYaml (mustMergeOverwrite $settings .Values.config) -}}
{{- end -}}

{{/* Keys of the Secret that a component reads. Takes (list root component). */}}
{{- define "sightline.secretKeys" -}}
{{- $root := index . 0 -}}
{{- $keys := list "SECRET_KEY" "METRICS_TOKEN" -}}
{{- if eq (index . 1) "gateway" }}{{ $keys = append $keys "ACCESS_CODE" }}{{ end -}}
{{- if include "sightline.livekitUrl" $root }}{{ $keys = append $keys "LIVEKIT_API_SECRET" }}{{ end -}}
{{- if $root.Values.engines }}{{ $keys = append $keys "LOCAL_ENGINE_API_KEY" }}{{ end -}}
{{- concat $keys $root.Values.secrets.optional | uniq | toJson -}}
{{- end -}}

{{/* Each key as NAME_FILE. Takes (list root component). */}}
{{- define "sightline.secretEnv" -}}
{{- range include "sightline.secretKeys" . | fromJsonArray }}
- name: {{ . }}_FILE
  value: /run/secrets/sightline/{{ . }}
{{- end }}
{{- end -}}

{{/* Takes (list root component). */}}
{{- define "sightline.secretVolume" -}}
- name: secrets
  secret:
    secretName: {{ include "sightline.secretName" (index . 0) }}
    defaultMode: 0440
    items:
      {{- range include "sightline.secretKeys" . | fromJsonArray }}
      - { key: {{ . }}, path: {{ . }} }
      {{- end }}
{{- end -}}

{{/* Where the address of PostgreSQL stands. */}}
{{- define "sightline.databaseEnv" -}}
{{- if include "sightline.postgres" . }}
- name: DATABASE_URL_FILE
  value: /run/secrets/database/DATABASE_URL
{{- end }}
{{- end -}}

{{- define "sightline.databaseMount" -}}
{{- if include "sightline.postgres" . }}
- { name: database, mountPath: /run/secrets/database, readOnly: true }
{{- end }}
{{- end -}}

{{/* The address, and the authority beside it. */}}
{{- define "sightline.databaseVolume" -}}
{{- if include "sightline.postgres" . }}
- name: database
  projected:
    defaultMode: 0440
    sources:
      - secret:
          {{- with .Values.store.postgres }}
          name: {{ .existingSecret | default (printf "%s-postgres" (include "sightline.fullname" $)) }}
          items:
            - { key: {{ ternary .key "DATABASE_URL" (ne .existingSecret "") }}, path: DATABASE_URL }
          {{- with .caSecret }}
      - secret:
          name: {{ . }}
          items:
            - { key: ca.crt, path: ca.crt }
          {{- end }}
          {{- end }}
{{- end }}
{{- end -}}

{{/* A pod is made anew when what it reads at its start has changed. */}}
{{- define "sightline.settingsChecksum" -}}
checksum/settings: {{ include "sightline.settings" . | sha256sum }}
{{- end -}}
