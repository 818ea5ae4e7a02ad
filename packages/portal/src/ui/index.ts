export {
  Avatar,
  Badge,
  Classification,
  type Health,
  HealthMark,
  healthWord,
  Kbd,
  type Tier,
  TierBadge,
  type Tone,
} from './badge.tsx'
export { Button, ButtonLink } from './button.tsx'
export { Card, CardHead, Page, PageHead, Stat } from './card.tsx'
export { copyText } from './clipboard.ts'
export { cn } from './cn.ts'
export { CodeBlock, CopyButton } from './copy.tsx'
export { Dialog, DialogClose, DialogContent, DrawerContent } from './dialog.tsx'
export {
  alignmentWord,
  DomainDot,
  DomainTile,
  hueOf,
  hueStyle,
  huesAreKnown,
  learnDomains,
  readable,
} from './domain.tsx'
export { Checkbox, SearchField, TextArea, TextField } from './field.tsx'
export { hintFor } from './hints.ts'
export { Menu } from './menu.tsx'
export type { MenuItem } from './menu_props.ts'
export { Select } from './select.tsx'
export type { Option } from './select_props.ts'
export { EmptyState, ErrorState, Loaded, Skeleton, SkeletonRows, sentence } from './states.tsx'
export { Table, Td, Th } from './table.tsx'
export { Segment, SegmentList, Tab, TabList, TabPanel, Tabs } from './tabs.tsx'
export { useToasts } from './toast.tsx'
// on its own: import { Combobox } from '../ui/combobox.tsx' — it is heavy and few pages need it
