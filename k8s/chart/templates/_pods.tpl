{{/* Head of every pod: nobody's root. Takes (list root token): whether it has a token of the API. */}}
{{- define "sightline.podHead" -}}
{{- $root := index . 0 -}}
automountServiceAccountToken: {{ index . 1 }}
enableServiceLinks: false
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{/* Takes whether the root file system may be written. */}}
{{- define "sightline.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: {{ not . }}
  capabilities:
    drop: [ALL]
{{- end -}}

{{/* Before the signal: time for everyone to notice that the pod is leaving. */}}
{{- define "sightline.preStop" -}}
lifecycle:
  preStop:
    sleep:
      seconds: 15
{{- end -}}

{{/* Pods of one component away from each other. Takes (list root component). */}}
{{- define "sightline.apart" -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "sightline.selector" . | nindent 12 }}
{{- end -}}

{{/* Takes (list root component). */}}
{{- define "sightline.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "sightline.selector" . | nindent 8 }}
{{- end -}}

{{/* Pods that share the store's file run on one node. */}}
{{- define "sightline.withStore" -}}
podAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    - topologyKey: kubernetes.io/hostname
      labelSelector:
        matchLabels:
          sightline/store: {{ include "sightline.storeClaim" . }}
{{- end -}}

{{/* Takes (dict nodeSelector tolerations). */}}
{{- define "sightline.place" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
