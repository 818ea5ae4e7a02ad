import {
  Activity,
  House,
  KeyRound,
  Map as MapIcon,
  Scale,
  ScrollText,
  ShieldCheck,
  Store,
  Terminal,
  Workflow,
} from 'lucide-react'

/** The pages that stand in the navigation; `keys` after `g` goes there. */
export const navigation = [
  { group: '', items: [{ to: '/', label: 'Home', icon: House, keys: 'h' }] },
  {
    group: 'Discover',
    items: [
      { to: '/products', label: 'Marketplace', icon: Store, keys: 'm' },
      { to: '/map', label: 'Domain map', icon: MapIcon, keys: 'd' },
      { to: '/lineage', label: 'Lineage', icon: Workflow, keys: 'l' },
    ],
  },
  {
    group: 'Work',
    items: [
      { to: '/sql', label: 'SQL workbench', icon: Terminal, keys: 's' },
      { to: '/runs', label: 'Pipelines', icon: Activity, keys: 'r' },
      { to: '/access', label: 'Access', icon: KeyRound, keys: 'i' },
    ],
  },
  {
    group: 'Govern',
    items: [
      { to: '/governance', label: 'Governance', icon: ShieldCheck, keys: 'g' },
      { to: '/policies', label: 'Policies', icon: Scale, keys: 'p' },
      { to: '/audit', label: 'Audit log', icon: ScrollText, keys: 'a' },
    ],
  },
] as const
