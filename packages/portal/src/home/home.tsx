import { Link } from '@tanstack/react-router'
import { ArrowRight, Plus } from 'lucide-react'
import { useApi } from '../api/index.ts'
import { ownsDomain, useMe } from '../shell/me.ts'
import { ButtonLink, Page, PageHead } from '../ui/index.ts'
import { Followed } from './followed.tsx'
import { Mine } from './mine.tsx'
import { News } from './news.tsx'
import { Waiting } from './waiting.tsx'

/** What waits for me, how my products are, and what happened to what I use. */
export function Home() {
  const me = useMe()
  const mesh = useApi('getMesh', {}, { staleTime: 60_000 })
  const owns = me.data?.roles.some(({ role }) => role === 'domain-owner' || role === 'platform-admin') ?? false
  return (
    <Page>
      <PageHead
        title={me.data ? `Good ${partOfDay(new Date().getHours())}, ${me.data.name.split(' ')[0]}` : 'Home'}
        hint={
          mesh.data ? (
            <>
              {mesh.data.products.length} products from {mesh.data.domains.length} domains.{' '}
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
      <div className="grid grid-cols-[minmax(0,1fr)_22rem] gap-4 max-lg:grid-cols-1">
        <div className="flex min-w-0 flex-col gap-4">
          <Waiting />
          {owns && me.data && <Mine me={me.data} />}
          <Followed />
        </div>
        <News />
      </div>
    </Page>
  )
}

const partOfDay = (hour: number): string =>
  hour < 5 ? 'night' : hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening'
