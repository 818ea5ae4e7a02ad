import { useState } from 'react'
import { Card, CardHead, CodeBlock, Segment, SegmentList, Tabs } from '../../ui/index.ts'

const presets = {
  bronze: { for: 'Reports that people read once a week.', levels: ['freshness: 8 days', 'availability: "99%"'] },
  silver: {
    for: 'Dashboards and models that run every day.',
    levels: ['freshness: 25 hours', 'availability: "99.5%"', 'completeness: "99%"'],
  },
  gold: {
    for: 'Products that others build on all day.',
    levels: ['freshness: 1 hour', 'availability: "99.9%"', 'completeness: "99.9%"', 'latency: "< 5 minutes"'],
  },
} as const
type Preset = keyof typeof presets

/** Three sets of levels to begin with, by what the product is for. */
export function Presets() {
  const [tier, setTier] = useState<Preset>('silver')
  return (
    <Card>
      <CardHead title="Begin with a preset" hint={presets[tier].for}>
        <Tabs value={tier} onValueChange={setTier}>
          <SegmentList aria-label="Preset">
            <Segment value="bronze">Bronze</Segment>
            <Segment value="silver">Silver</Segment>
            <Segment value="gold">Gold</Segment>
          </SegmentList>
        </Tabs>
      </CardHead>
      <div className="px-4 pt-1 pb-4">
        <CodeBlock
          code={['sla:', ...presets[tier].levels.map((level) => `  ${level}`)].join('\n')}
          label={`Levels for ${tier}`}
        />
        <p className="mt-2 text-ink-3 text-xs">
          Goes under spec of the manifest. Promise what you keep: a level that is missed counts against the tier.
        </p>
      </div>
    </Card>
  )
}
