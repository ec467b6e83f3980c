{{/* What the schema cannot say: everything that is missing or does not go together, in one message. */}}
{{- define "sightline.checks" -}}
{{- $faults := list -}}
{{- $calls := or .Values.gateway.enabled .Values.agent.enabled -}}
{{- $trial := .Values.livekit.trial.enabled -}}

{{- if eq (ne .Values.secrets.existingSecret "") .Values.secrets.generate -}}
{{- $faults = append $faults "secrets: set either existingSecret, the name of a Secret of yours, or generate: true for a trial" -}}
{{- end -}}
{{- if and .Values.secrets.generate .Values.secrets.optional -}}
{{- $faults = append $faults "secrets.optional: keys of your own stand in a Secret of your own; set existingSecret" -}}
{{- end -}}
{{- if and .Values.gateway.enabled (not .Values.gateway.origins) -}}
{{- $faults = append $faults "gateway.origins: name the addresses at which the page is reached, such as https://calls.example.org" -}}
{{- end -}}
{{- if and $calls (not .Values.gate.enabled) (not .Values.config.GATE_URL) -}}
{{- $faults = append $faults "gate.enabled: without a gate, config.GATE_URL must name one" -}}
{{- end -}}
{{- if and .Values.gate.enabled .Values.config.GATE_URL -}}
{{- $faults = append $faults "config.GATE_URL: there is a gate of the chart's own; set gate.enabled: false" -}}
{{- end -}}
{{- if and .Values.gate.enabled .Values.gate.gpu.enabled (hasSuffix "-cpu" .Values.gate.image.tag) -}}
{{- $faults = append $faults "gate.image.tag: that image has no CUDA, and a gate told to use it ends; name the one whose tag ends in -cuda" -}}
{{- end -}}
{{- if and .Values.engines .Values.config.LOCAL_ENGINE_URL -}}
{{- $faults = append $faults "config.LOCAL_ENGINE_URL: there are engines of the chart's own; leave one of the two out" -}}
{{- end -}}
{{- if and (not .Values.gate.download) .Values.gate.enabled (not .Values.gate.weightsClaim) -}}
{{- $faults = append $faults "gate.weightsClaim: without gate.download, name the claim that holds the detector" -}}
{{- end -}}

{{- if and $trial .Values.livekit.url -}}
{{- $faults = append $faults "livekit.url: there is a LiveKit of the chart's own; set trial.enabled: false, or leave the address out" -}}
{{- end -}}
{{- if and $trial (not .Values.livekit.trial.publicIp) -}}
{{- $faults = append $faults "livekit.trial.publicIp: name the address at which callers' devices reach its media ports" -}}
{{- end -}}
{{- if and $trial (not .Values.livekit.publicUrl) (contains "http://" (join "," .Values.gateway.origins)) -}}
{{- $faults = append $faults "livekit.publicUrl: a page without https goes to LiveKit directly; name the address at which its port 7880 is reached" -}}
{{- end -}}
{{- with .Values.livekit.trial -}}
{{- if and $trial (eq .service.type "NodePort") (lt (int (min .ports.tcp .ports.udp .ports.stun)) 30000) -}}
{{- $faults = append $faults "livekit.trial.ports: callers are told the port that LiveKit listens at, and a node opens only 30000 to 32767; name three that are free there, such as {tcp: 30881, udp: 30882, stun: 30478}" -}}
{{- end -}}
{{- if and $trial (ne (len (uniq (list (int .ports.tcp) (int .ports.udp) (int .ports.stun) 7880 6789))) 5) -}}
{{- $faults = append $faults "livekit.trial.ports: each needs a number of its own, other than 7880 and 6789" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.agent.enabled (not $trial) (not .Values.livekit.url) -}}
{{- $faults = append $faults "livekit: set url, the address of your LiveKit server, or trial.enabled: true" -}}
{{- end -}}
{{- if and .Values.redis.address .Values.redis.trial.enabled -}}
{{- $faults = append $faults "redis.address: there is a Redis of the chart's own; leave one of the two out" -}}
{{- end -}}

{{- $policy := .Values.networkPolicy -}}
{{- if and $policy.enabled $calls (not $trial) .Values.livekit.url (not $policy.livekitTo) (not $policy.internet) -}}
{{- $faults = append $faults "networkPolicy.livekitTo: name where your LiveKit server is, such as {ipBlock: {cidr: 198.51.100.0/24}}, or set networkPolicy.internet: true when it is at public addresses that change" -}}
{{- end -}}
{{- if and $policy.enabled $trial .Values.redis.address (not $policy.redisTo) -}}
{{- $faults = append $faults "networkPolicy.redisTo: name where your Redis is, such as {ipBlock: {cidr: 10.0.7.4/32}}" -}}
{{- end -}}
{{- if and $policy.enabled .Values.router.enabled .Values.engines (not $policy.apiServerTo) -}}
{{- $faults = append $faults "networkPolicy.apiServerTo: the router watches pods through the Kubernetes API; name its servers' addresses, which `kubectl get endpointslices -n default -l kubernetes.io/service-name=kubernetes` says" -}}
{{- end -}}
{{- if and $policy.enabled .Values.store.postgres.existingSecret (not $policy.postgresTo) -}}
{{- $faults = append $faults "networkPolicy.postgresTo: name where your PostgreSQL is, such as {ipBlock: {cidr: 10.0.7.5/32}}" -}}
{{- end -}}
{{- if and .Values.store.postgres.existingSecret .Values.store.postgres.trial.enabled -}}
{{- $faults = append $faults "store.postgres.existingSecret: there is a PostgreSQL of the chart's own; leave one of the two out" -}}
{{- end -}}

{{- $pods := 0 -}}
{{- $names := list -}}
{{- range .Values.engines -}}
{{- $engine := include "sightline.engine" (list $ .) | fromJson -}}
{{- $class := include "sightline.class" (list $ $engine.gpuClass) -}}
{{- if has $engine.name $names }}{{ $faults = append $faults (printf "engines: two are named %s" $engine.name) }}{{ end -}}
{{- $names = append $names $engine.name -}}
{{- $most := include "sightline.mostReplicas" $engine | int -}}
{{- $pods = add $pods $most -}}
{{- if and $engine.autoscaling.enabled (gt (int $engine.autoscaling.minReplicas) (int $engine.autoscaling.maxReplicas)) -}}
{{- $faults = append $faults (printf "engines, %s: autoscaling.minReplicas is above maxReplicas" $engine.name) -}}
{{- end -}}
{{- range list "weights" "cache" -}}
{{- $volume := get $engine . -}}
{{- if and (gt $most 1) (not $volume.perPod) (not $volume.existingClaim) (eq $volume.accessMode "ReadWriteOnce") -}}
{{- $faults = append $faults (printf "engines, %s: up to %d pods at %s, which one node can have; set accessMode: ReadWriteMany or perPod: true" $engine.name $most .) -}}
{{- end -}}
{{- end -}}
{{- if and $engine.weights.perPod (not $engine.weights.download) -}}
{{- $faults = append $faults (printf "engines, %s: weights.perPod volumes are empty at first; set weights.download: true" $engine.name) -}}
{{- end -}}
{{- end -}}
{{- if and (gt (int $pods) 1) (not .Values.router.enabled) -}}
{{- $faults = append $faults "router.enabled: more than one vLLM needs it, for a call's pictures are in one vLLM's caches" -}}
{{- end -}}
{{- with .Values.router -}}
{{- if and .enabled (or (not .image.repository) (not (or .image.tag .image.digest))) -}}
{{- $faults = append $faults "router.image: name repository and tag or digest of the production stack's router" -}}
{{- end -}}
{{- end -}}

{{- $scaled := .Values.autoscaling.agent.enabled -}}
{{- range .Values.engines }}{{ if (include "sightline.engine" (list $ .) | fromJson).autoscaling.enabled }}{{ $scaled = true }}{{ end }}{{ end -}}
{{- if and $scaled (not .Values.autoscaling.prometheusAddress) -}}
{{- $faults = append $faults "autoscaling.prometheusAddress: KEDA asks Prometheus; name its address" -}}
{{- end -}}
{{- if and .Values.autoscaling.agent.enabled (include "sightline.sharesFile" .) -}}
{{- $faults = append $faults "store.shared: agents that share the gateway's file run on one node; name a PostgreSQL, or set it to false to scale them" -}}
{{- end -}}
{{- if and .Values.monitoring.podMonitors .Values.networkPolicy.enabled (not .Values.networkPolicy.metricsFrom) -}}
{{- $faults = append $faults "networkPolicy.metricsFrom: Prometheus may not reach what it is to scrape; name its namespace" -}}
{{- end -}}

{{- if and .Values.gateway.ingress.gceTimeoutSeconds (not .Values.gateway.ingress.enabled) -}}
{{- $faults = append $faults "gateway.ingress.gceTimeoutSeconds: it is for Google's Ingress; set gateway.ingress.enabled: true" -}}
{{- end -}}

{{- if .Values.requireDigests -}}
{{- range $name, $image := include "sightline.images" . | fromJson -}}
{{- if not $image.digest }}{{ $faults = append $faults (printf "%s: has no digest" $name) }}{{ end -}}
{{- end -}}
{{- end -}}

{{- with $faults }}{{ fail (printf "\n\nsightline cannot be rendered:\n  - %s\n" (join "\n  - " .)) }}{{ end -}}
{{- end -}}

{{/* The images that are used, by the name of their value, as JSON. */}}
{{- define "sightline.images" -}}
{{- $images := dict -}}
{{- $fetches := and .Values.gate.enabled .Values.gate.download -}}
{{- range .Values.engines }}{{ if (include "sightline.engine" (list $ .) | fromJson).weights.download }}{{ $fetches = true }}{{ end }}{{ end -}}
{{- if or .Values.gateway.enabled .Values.agent.enabled $fetches }}{{ $_ := set $images "image" .Values.image }}{{ end -}}
{{- if .Values.gate.enabled }}{{ $_ := set $images "gate.image" .Values.gate.image }}{{ end -}}
{{- if .Values.engines }}{{ $_ := set $images "vllm.image" .Values.vllm.image }}{{ end -}}
{{- if and .Values.router.enabled .Values.engines }}{{ $_ := set $images "router.image" .Values.router.image }}{{ end -}}
{{- if .Values.livekit.trial.enabled }}{{ $_ := set $images "livekit.trial.image" .Values.livekit.trial.image }}{{ end -}}
{{- if .Values.store.postgres.trial.enabled }}{{ $_ := set $images "store.postgres.trial.image" .Values.store.postgres.trial.image }}{{ end -}}
{{- if .Values.redis.trial.enabled }}{{ $_ := set $images "redis.trial.image" .Values.redis.trial.image }}{{ end -}}
{{- $images | toJson -}}
{{- end -}}
