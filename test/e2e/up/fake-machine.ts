import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { NO_MODULE, type SmiAnswers, smiProgram } from "../../standins/nvidia-smi.ts";

/** Programs that stand on PATH before the machine's own. */
export interface FakeMachine {
  /** For PATH: the folder of these programs, then the machine's own. */
  readonly path: string;
  /** Puts links to these of the machine's programs into the folder, for a PATH of it alone. */
  only(...programs: readonly string[]): void;
  nvidiaSmi(answers: SmiAnswers): void;
  /** A driver whose kernel module is not loaded. */
  brokenNvidiaSmi(): void;
  /** A Docker that does everything, and writes down what it was told. */
  docker(engine: { readonly rootDir: string; readonly gpus: boolean }): void;
  /** Has that Docker fail to start these services from now on. */
  failing(...services: readonly string[]): void;
  /** What that Docker says from now on to `compose config` and `compose ps`, in its own form. */
  containers(answers: { readonly config: string; readonly ps: string }): void;
  /** A Docker whose engine is not running. */
  sleepingDocker(): void;
  /** What `docker` was told beyond questions, one call a line: its words, and after a tab its environment. */
  told(): readonly { readonly words: readonly string[]; readonly environment: ReadonlyMap<string, string> }[];
}

/** Variables that `docker` writes down. */
const WRITTEN =
  "^(SECRETS_DIR|PUBLIC_ORIGINS|NODE_IP|GPU_CLASS|VLLM_GPU|SECRET_KEY_FILE|ACCESS_CODE_FILE|TLS_CERT_FILE|BUILDX_NO_DEFAULT_ATTESTATIONS)=";

export function fakeMachine(folder: string): FakeMachine {
  mkdirSync(folder, { recursive: true });
  const log = join(folder, "told");
  const put = (name: string, script: string): void => {
    writeFileSync(join(folder, name), script);
    chmodSync(join(folder, name), 0o755);
  };
  return {
    path: [folder, process.env["PATH"]].join(delimiter),
    only(...programs) {
      for (const program of programs) {
        const found = ["/usr/bin", "/bin"]
          .map((place) => join(place, program))
          .find((path) => existsSync(path));
        if (found) symlinkSync(found, join(folder, program));
      }
    },
    nvidiaSmi: (answers) => put("nvidia-smi", smiProgram(answers)),
    brokenNvidiaSmi: () => put("nvidia-smi", `#!/bin/sh\nprintf '%s' "${NO_MODULE}"\nexit 9\n`),
    docker({ rootDir, gpus }) {
      const runtimes = {
        runc: { path: "runc" },
        ...(gpus ? { nvidia: { path: "nvidia-container-runtime" } } : {}),
      };
      const info = JSON.stringify({ ServerVersion: "29.1.3", DockerRootDir: rootDir, Runtimes: runtimes });
      put(
        "docker",
        [
          "#!/bin/sh",
          'case "$1 $2" in',
          `  "info --format") echo '${info}' ;;`,
          '  "compose version") echo 2.40.3 ;;',
          "  *)",
          '    case " $* " in *" ps --all --quiet "* | *" config --services "*) exit ;; esac',
          `    { printf '%s\\037' "$@"; printf '\\t'; env | grep -E '${WRITTEN}' | tr '\\n' '\\037'; echo; } >> '${log}'`,
          `    for last; do :; done`,
          `    if [ -f '${folder}/failing' ] && grep -qxF "$last" '${folder}/failing'; then`,
          '      echo "could not select device driver \\"nvidia\\" with capabilities: [[gpu]]" >&2; exit 1',
          "    fi",
          '    case " $* " in',
          `      *" config "*) cat '${folder}/config.json' 2>/dev/null || echo '{"services":{}}' ;;`,
          `      *" ps "*) cat '${folder}/ps.json' 2>/dev/null || true ;;`,
          "    esac",
          "    ;;",
          "esac",
          "",
        ].join("\n"),
      );
    },
    failing: (...services) => writeFileSync(join(folder, "failing"), services.join("\n")),
    containers({ config, ps }) {
      writeFileSync(join(folder, "config.json"), config);
      writeFileSync(join(folder, "ps.json"), ps);
    },
    sleepingDocker: () =>
      put(
        "docker",
        [
          "#!/bin/sh",
          'if [ "$1 $2" = "compose version" ]; then echo 2.40.3; exit; fi',
          'echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2',
          "exit 1",
          "",
        ].join("\n"),
      ),
    told() {
      if (!existsSync(log)) return [];
      return readFileSync(log, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => {
          const [words = "", environment = ""] = line.split("\t");
          const list = (text: string): readonly string[] =>
            text.split("\u001f").filter((each) => each !== "");
          return {
            words: list(words),
            environment: new Map(
              list(environment).map((pair) => [
                pair.slice(0, pair.indexOf("=")),
                pair.slice(pair.indexOf("=") + 1),
              ]),
            ),
          };
        });
    },
  };
}
