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

/** The hosts of known providers that take a user name and a password. The API is where they are kept. */
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
