import { useInfiniteQuery } from "@tanstack/preact-query";

/** One page of a paged list. */
type ListPage<Row> = { items: Row[]; nextCursor: string | null };

export type Pages<Row> = ReturnType<typeof usePages<Row>>;

/**
 * A paged list: `rows` of all loaded pages, and what `<Pager>` needs. `read` gets the cursor for the query, or
 * nothing for the first page.
 */
export function usePages<Row>(options: {
  key: unknown[];
  read: (cursor: { cursor?: string }, signal: AbortSignal) => Promise<ListPage<Row>>;
  refetchInterval?: number;
}) {
  const query = useInfiniteQuery({
    queryKey: options.key,
    queryFn: ({ pageParam, signal }) =>
      options.read(pageParam === null ? {} : { cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: ListPage<Row>) => page.nextCursor,
    ...(options.refetchInterval === undefined ? {} : { refetchInterval: options.refetchInterval }),
  });
  const rows = query.data?.pages.flatMap((page) => page.items);
  return {
    /** For `<Loaded query={…}>`. */
    query: { data: rows, error: query.error, refetch: () => query.refetch() },
    pager: {
      count: rows?.length ?? 0,
      hasMore: query.hasNextPage,
      busy: query.isFetchingNextPage,
      onMore: () => query.fetchNextPage(),
    },
  };
}
