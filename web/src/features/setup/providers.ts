import { useQuery } from "@tanstack/preact-query";
import { api, ask } from "../../api.ts";

type Provider = {
  preset: string;
  name: string;
  host: string;
  port: number;
  security: "starttls" | "tls" | "none";
  username: string;
};

/** Hosts of known providers that use a user name and a password, loaded from the API. */
export function useProviders(): Provider[] {
  const { data } = useQuery({
    queryKey: ["route-presets"],
    queryFn: () => ask(api["route-presets"].get()),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const presets = data?.items.filter(({ auth }) => auth === "password") ?? [];
  return presets.flatMap(({ id, name, hosts, port, security, username }) =>
    hosts.map((one) => ({
      preset: id,
      name: one.name === "" ? name : `${name} (${one.name})`,
      host: one.host,
      ...{ port, security, username },
    })),
  );
}
