import type { ReplyOf, RouteName } from '@datamesh/core'
import type { ApiError, ArgsOf } from '@datamesh/sdk'
import { queryOptions, type UseQueryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { client } from './client.ts'

export type Reply<N extends RouteName> = ReplyOf<N>
/** What a call takes; see the route table. */
export type Args<N extends RouteName> = Omit<ArgsOf<N>, 'signal' | 'headers'>
type Given<N extends RouteName> = Record<never, never> extends Args<N> ? [args?: Args<N>] : [args: Args<N>]

/** Query options of a route; the key mirrors the call, so that any screen can invalidate by name: `['getProduct', …]`. */
export const query = <N extends RouteName>(name: N, ...[args]: Given<N>) =>
  queryOptions<ReplyOf<N>, ApiError>({
    queryKey: [name, args ?? {}],
    queryFn: ({ signal }) => client.call(name, ...([{ ...args, signal }] as never)),
  })

/** One answer of the API, kept and refreshed. */
export const useApi = <N extends RouteName>(
  name: N,
  args: Args<N>,
  options: Omit<UseQueryOptions<ReplyOf<N>, ApiError>, 'queryKey' | 'queryFn'> = {},
) => useQuery({ ...query(name, ...([args] as never)), ...options })

/** A call that changes something; afterwards the answers of the routes in `stale` are asked for again. */
export const useChange = <N extends RouteName>(
  name: N,
  {
    stale = [],
    done,
    failed,
  }: {
    stale?: readonly RouteName[]
    done?: (reply: ReplyOf<N>, args: Args<N>) => void
    failed?: (error: ApiError) => void
  } = {},
) => {
  const cache = useQueryClient()
  return useMutation<ReplyOf<N>, ApiError, Args<N>>({
    mutationFn: (args) => client.call(name, ...([args] as never)),
    onSuccess: async (reply, args) => {
      await Promise.all(stale.map((each) => cache.invalidateQueries({ queryKey: [each] })))
      done?.(reply, args)
    },
    ...(failed ? { onError: failed } : {}),
  })
}
