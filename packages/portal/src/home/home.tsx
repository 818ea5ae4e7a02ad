import { Link } from '@tanstack/react-router'
import { ArrowRight, Plus } from 'lucide-react'
import { useState } from 'react'
import { useApi } from '../api/index.ts'
import { ownsDomain, useMe } from '../shell/me.ts'
import { ButtonLink, Card, Page, PageHead, SkeletonRows } from '../ui/index.ts'
import { plural } from '../words/index.ts'
import { Followed } from './followed.tsx'
import { Mine } from './mine.tsx'
import { News } from './news.tsx'
import { Usable, useUsable } from './usable.tsx'
import { useFollowed, useMine, useRequests, useSick } from './use_home.ts'
import { Waiting } from './waiting.tsx'

/** What waits for me, how my products are, and what happened to what I use. */
export function Home() {
  const me = useMe()
  const mesh = useApi('getMesh', {}, { staleTime: 60_000 })
  const { owns, mine } = useMine(me.data)
  const usable = useUsable(!owns)
  const followed = useFollowed()
  // together: what comes later would push what is there already
  const parts = [useRequests(), useSick(), followed, owns ? mine : usable]
  const [known, setKnown] = useState(false)
  // once is enough: what failed is asked for again by its card
  if (!known && parts.every(({ isPending }) => !isPending)) setKnown(true)
  return (
    <Page>
      <PageHead
        title={me.data ? `Good ${partOfDay(new Date().getHours())}, ${me.data.name.split(' ')[0]}` : 'Home'}
        hint={
          mesh.data ? (
            <>
              {plural(mesh.data.products.length, 'product')} from {plural(mesh.data.domains.length, 'domain')}.{' '}
              <Link to="/products" className="inline-flex items-center gap-0.5 text-accent-ink hover:underline">
                Find one
                <ArrowRight className="size-3" aria-hidden />
              </Link>
            </>
          ) : (
            'Your part of the mesh.'
          )
        }
      >
        {ownsDomain(me.data) && (
          <ButtonLink to="/new" variant="primary">
            <Plus className="size-4" aria-hidden />
            New product
          </ButtonLink>
        )}
      </PageHead>
      <div className="grid grid-cols-[minmax(0,1fr)_22rem] gap-4 max-xl:grid-cols-1">
        <div className="flex min-w-0 flex-col gap-4">
          {known ? (
            <>
              <Waiting />
              {owns && me.data && <Mine me={me.data} />}
              <Followed />
              {!owns && followed.data?.products.length !== 0 && <Usable />}
            </>
          ) : (
            <HomeSkeleton />
          )}
        </div>
        {known && <News />}
      </div>
    </Page>
  )
}

const HomeSkeleton = () => (
  <div role="status" aria-busy="true" className="flex flex-col gap-4">
    <span className="sr-only">Loading</span>
    {['Waiting', 'Mine', 'Followed'].map((each) => (
      <Card key={each} className="pt-8">
        <SkeletonRows rows={5} />
      </Card>
    ))}
  </div>
)

const partOfDay = (hour: number): string =>
  hour < 5 ? 'night' : hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening'
