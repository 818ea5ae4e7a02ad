import { getRouteApi } from '@tanstack/react-router'
import { Copy, Ellipsis, FileCode, GitCompare, Link2, Workflow } from 'lucide-react'
import { Button, copyText, Menu, useToasts } from '../ui/index.ts'
import type { View } from './words.ts'

const route = getRouteApi('/frame/products/$domain/$product')
const icon = 'size-3.5 text-ink-3'

/** What is not needed every day. */
export function More({ product }: { product: View }) {
  const navigate = route.useNavigate()
  const toasts = useToasts()
  const copy = (what: string, text: string) => async () => {
    await copyText(text)
    toasts.tell(`${what} copied`, text)
  }
  return (
    <Menu
      trigger={
        <Button size="icon" aria-label="More">
          <Ellipsis className="size-4" aria-hidden />
        </Button>
      }
      items={[
        {
          label: 'Compare versions',
          icon: <GitCompare className={icon} aria-hidden />,
          kbd: 'v',
          onSelect: () => void navigate({ search: { tab: 'versions' } }),
        },
        {
          label: 'Open manifest',
          icon: <FileCode className={icon} aria-hidden />,
          onSelect: () => void navigate({ search: { tab: 'contract' } }),
        },
        {
          label: 'Show in lineage',
          icon: <Workflow className={icon} aria-hidden />,
          onSelect: () => void navigate({ to: '/lineage', search: { focus: product.id } }),
        },
        {
          label: 'Copy address',
          icon: <Copy className={icon} aria-hidden />,
          onSelect: copy('Address', product.address),
        },
        {
          label: 'Copy link',
          icon: <Link2 className={icon} aria-hidden />,
          onSelect: copy('Link', `${location.origin}${location.pathname}`),
        },
      ]}
    />
  )
}
