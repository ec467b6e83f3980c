{{/* Start of all object names. */}}
{{- define "sightline.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* What a component's pods are found by, and all that they are labelled with: a label of the version would end every pod at each upgrade. Takes (list root component). */}}
{{- define "sightline.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Of an object. Takes (list root component). */}}
{{- define "sightline.labels" -}}
{{- $root := index . 0 -}}
{{ include "sightline.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Takes (list root component [name]); without a name it is the component's. */}}
{{- define "sightline.metadata" -}}
{{- $root := index . 0 -}}
name: {{ include "sightline.fullname" $root }}-{{ if gt (len .) 2 }}{{ index . 2 }}{{ else }}{{ index . 1 }}{{ end }}
namespace: {{ $root.Release.Namespace }}
labels:
  {{- include "sightline.labels" (list $root (index . 1)) | nindent 2 }}
{{- end -}}

{{/* Takes (list root image). */}}
{{- define "sightline.image" -}}
{{- $root := index . 0 -}}
{{- with index . 1 -}}
image: "{{ .repository }}{{ if .digest }}{{ with .tag }}:{{ . }}{{ end }}@{{ .digest }}{{ else }}:{{ .tag | default $root.Chart.AppVersion }}{{ end }}"
imagePullPolicy: {{ .pullPolicy }}
{{- end -}}
{{- end -}}

{{/* The gate's own image: one for each provider, told apart by the end of the tag. */}}
{{- define "sightline.gateImage" -}}
{{- $image := deepCopy .Values.gate.image -}}
{{- if not (or $image.tag $image.digest) -}}
{{- $_ := set $image "tag" (printf "%s-%s" .Chart.AppVersion (ternary "cuda" "cpu" .Values.gate.gpu.enabled)) -}}
{{- end -}}
{{- include "sightline.image" (list . $image) -}}
{{- end -}}

{{- define "sightline.secretName" -}}
{{- .Values.secrets.existingSecret | default (printf "%s-secrets" (include "sightline.fullname" .)) -}}
{{- end -}}

{{/* Whether ledger and running calls are in a PostgreSQL; empty: in a file. */}}
{{- define "sightline.postgres" -}}
{{- with .Values.store.postgres }}{{ if or .existingSecret .trial.enabled }}true{{ end }}{{ end -}}
{{- end -}}

{{/* Whether agents use the gateway's file. */}}
{{- define "sightline.sharesFile" -}}
{{- if and .Values.store.shared (not (include "sightline.postgres" .)) }}true{{ end -}}
{{- end -}}

{{- define "sightline.storeClaim" -}}
{{- .Values.store.existingClaim | default (printf "%s-store" (include "sightline.fullname" .)) -}}
{{- end -}}
