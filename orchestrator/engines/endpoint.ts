/** What the messages about an engine's server may name. */
export interface Endpoint {
  /** `local` or `cloud`. */
  readonly engine: string;
  /** Its URL without user name, password and query. */
  readonly address: string;
  /** The common start of its environment variables, such as `LOCAL_ENGINE`. */
  readonly variable: string;
  /** The model asked for; undefined before it is known. */
  readonly model: string | undefined;
  readonly hasKey: boolean;
}

/** Describes an endpoint for messages. */
export function toEndpoint(
  engine: string,
  config: { readonly url: string; readonly model: string | undefined; readonly apiKey: string | undefined },
): Endpoint {
  return {
    engine,
    address: toAddress(config.url),
    variable: `${engine.toUpperCase()}_ENGINE`,
    model: config.model,
    hasKey: config.apiKey !== undefined,
  };
}

function toAddress(url: string): string {
  if (!URL.canParse(url)) return "its address";
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
