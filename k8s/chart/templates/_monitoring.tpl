{{/* What Prometheus scrapes: job, as the rules name it, to its component, port, and whether it wants the token. JSON. */}}
{{- define "sightline.jobs" -}}
{{- $jobs := dict -}}
{{- if .Values.gateway.enabled }}{{ $_ := set $jobs "gateway" (list "gateway" "metrics" true) }}{{ end -}}
{{- if .Values.agent.enabled }}{{ $_ := set $jobs "agent" (list "agent" "http" true) }}{{ end -}}
{{- if .Values.gate.enabled }}{{ $_ := set $jobs "gate" (list "gate" "http" false) }}{{ end -}}
{{- if .Values.engines -}}
{{- $_ := set $jobs "vllm" (list "vllm" "http" false) -}}
{{- $_ := set $jobs "warm-up" (list "vllm" "warm-up" false) -}}
{{- if .Values.router.enabled }}{{ $_ := set $jobs "router" (list "router" "http" false) }}{{ end -}}
{{- end -}}
{{- if .Values.livekit.trial.enabled }}{{ $_ := set $jobs "livekit" (list "livekit" "http" false) }}{{ end -}}
{{- $jobs | toJson -}}
{{- end -}}

{{/* Engines that there are to be at least, and the longest that one may take to start, as JSON. */}}
{{- define "sightline.enginesWanted" -}}
{{- $wanted := 0 -}}
{{- $seconds := 0 -}}
{{- range .Values.engines -}}
{{- with include "sightline.engine" (list $ .) | fromJson -}}
{{- $wanted = add $wanted (ternary .autoscaling.minReplicas .replicas .autoscaling.enabled) -}}
{{- $seconds = max $seconds (int .startupSeconds) -}}
{{- end -}}
{{- end -}}
{{- dict "pods" $wanted "startupSeconds" $seconds | toJson -}}
{{- end -}}

{{/* An expression that sees this namespace alone. Takes (list root expression). */}}
{{- define "sightline.ofNamespace" -}}
{{- $metric := `(^|[\s(])((?:sightline_|kube_|DCGM_FI_|vllm:|engine:|instance:)[\w:]+|up\b)` -}}
{{- $selector := printf `{namespace="%s"}` (index . 0).Release.Namespace -}}
{{- regexReplaceAll $metric (index . 1) (printf "${1}${2}%s" $selector) | replace "\"}{" "\"," -}}
{{- end -}}

{{/*
A rule of observability/, of this release: its namespace alone, the programs that it has, the time that its engines
may take. Empty where it has nothing to watch. Takes (list root rule).
*/}}
{{- define "sightline.rule" -}}
{{- $root := index . 0 -}}
{{- $rule := deepCopy (index . 1) -}}
{{- $expr := $rule.expr -}}
{{- $engines := include "sightline.enginesWanted" $root | fromJson -}}
{{- $name := $rule.alert | default $rule.record -}}
{{- if eq $name "TargetMissing" -}}
{{- $jobs := include "sightline.jobs" $root | fromJson -}}
{{- $absent := list -}}
{{- range regexFindAll `absent\([^)]+\)` $expr -1 -}}
{{- if hasKey $jobs (regexFind `"[^"]+"` . | trimAll "\"") }}{{ $absent = append $absent . }}{{ end -}}
{{- end -}}
{{- $expr = join " or " $absent -}}
{{- else if and (eq $name "NoAgentRegistered") (not $root.Values.agent.enabled) -}}
{{- $expr = "" -}}
{{- else if eq $name "EngineReplicasMissing" -}}
{{- $expr = ternary (replace "vector(1)" (printf "vector(%d)" (int $engines.pods)) $expr) "" (gt (int $engines.pods) 0) -}}
{{- else if eq $name "EngineReplicaUnready" -}}
{{- $_ := set $rule "for" (printf "%ds" (add $engines.startupSeconds 600)) -}}
{{- end -}}
{{- if $expr -}}
{{- $_ := set $rule "expr" (include "sightline.ofNamespace" (list $root $expr)) -}}
{{- $_ := set $rule "labels" (merge (dict "namespace" $root.Release.Namespace) ($rule.labels | default dict)) -}}
{{- toYaml $rule -}}
{{- end -}}
{{- end -}}
