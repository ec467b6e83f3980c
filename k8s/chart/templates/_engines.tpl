{{/* One entry of `engines` with everything that it leaves to engineDefaults, as JSON. Takes (list root entry). */}}
{{- define "sightline.engine" -}}
{{- $root := index . 0 -}}
{{- mustMergeOverwrite (deepCopy $root.Values.engineDefaults) (index . 1) | toJson -}}
{{- end -}}

{{/* The class file of an engine as JSON. Takes (list root gpuClass). */}}
{{- define "sightline.class" -}}
{{- $root := index . 0 -}}
{{- $file := printf "files/vllm-classes/%s.yaml" (index . 1) -}}
{{- $text := $root.Files.Get $file -}}
{{- if not $text -}}
{{- $known := list -}}
{{- range $path, $_ := $root.Files.Glob "files/vllm-classes/*.yaml" }}{{ $known = append $known (base $path | trimSuffix ".yaml") }}{{ end -}}
{{- fail (printf "engines: no gpuClass %q; expected one of %s" (index . 1) (join ", " $known)) -}}
{{- end -}}
{{- fromYaml $text | toJson -}}
{{- end -}}

{{/* The name under which all engines serve. */}}
{{- define "sightline.servedModel" -}}
{{- $names := list -}}
{{- range .Values.engines -}}
{{- $names = append $names (get (include "sightline.class" (list $ .gpuClass) | fromJson) "served-model-name") -}}
{{- end -}}
{{- if gt (len (uniq $names)) 1 }}{{ fail (printf "engines: serve under several names (%s); one pool needs one" (uniq $names | join ", ")) }}{{ end -}}
{{- first $names -}}
{{- end -}}

{{/* Prompt tokens of a call: what the smallest context among the engines leaves beside an answer and a question. */}}
{{- define "sightline.contextTokens" -}}
{{- $tokens := 1000000 -}}
{{- range .Values.engines -}}
{{- $class := include "sightline.class" (list $ .gpuClass) | fromJson -}}
{{- $tokens = min $tokens (sub (get $class "max-model-len" | int) 2384) -}}
{{- end -}}
{{- $tokens -}}
{{- end -}}

{{/* Pictures of the past: one fewer than every engine takes. */}}
{{- define "sightline.localPictures" -}}
{{- $pictures := 1000 -}}
{{- range .Values.engines -}}
{{- $class := include "sightline.class" (list $ .gpuClass) | fromJson -}}
{{- $limit := get $class "limit-mm-per-prompt" -}}
{{- if kindIs "string" $limit }}{{ $limit = fromJson $limit }}{{ end -}}
{{- $image := $limit.image -}}
{{- if kindIs "map" $image }}{{ $image = $image.count }}{{ end -}}
{{- $pictures = min $pictures (sub (int $image) 1) -}}
{{- end -}}
{{- $pictures -}}
{{- end -}}

{{/* Most replicas of an engine at one time, an upgrade included. Takes the merged engine. */}}
{{- define "sightline.mostReplicas" -}}
{{- add (ternary .autoscaling.maxReplicas .replicas .autoscaling.enabled) .spareGpus -}}
{{- end -}}

{{/* A volume of an engine. Takes (list root engine "weights"|"cache"). */}}
{{- define "sightline.engineVolume" -}}
{{- $engine := index . 1 -}}
{{- $volume := get $engine (index . 2) -}}
- name: {{ index . 2 }}
{{- if $volume.perPod }}
  ephemeral:
    volumeClaimTemplate:
      spec:
        {{- include "sightline.claimSpec" $volume | nindent 8 }}
{{- else }}
  persistentVolumeClaim:
    claimName: {{ $volume.existingClaim | default (printf "%s-vllm-%s-%s" (include "sightline.fullname" (index . 0)) $engine.name (index . 2)) }}
{{- end }}
{{- end -}}

{{/* Takes what says accessMode, size and storageClass. */}}
{{- define "sightline.claimSpec" -}}
accessModes: [{{ .accessMode }}]
{{- with .storageClass }}
storageClassName: {{ . }}
{{- end }}
resources:
  requests:
    storage: {{ .size }}
{{- end -}}

{{- define "sightline.engineKeyEnv" -}}
- name: VLLM_API_KEY
  valueFrom:
    secretKeyRef:
      name: {{ include "sightline.secretName" . }}
      key: LOCAL_ENGINE_API_KEY
{{- end -}}

{{- define "sightline.engineCheck" -}}
exec: { command: [python3, -B, /warm-up/warm_up.py, check, --state, /state/engine.json] }
{{- end -}}
