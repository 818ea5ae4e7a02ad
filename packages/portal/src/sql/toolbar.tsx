import { PanelLeft, Play, Plus, RotateCcw, Save, Share2, Square } from 'lucide-react'
import { Badge, Button } from '../ui/index.ts'
import { commandKey } from '../words/index.ts'
import type { Document } from './saved/document.ts'
import type { Run } from './use_run.ts'

export function Toolbar({
  doc,
  dirty,
  empty,
  run,
  saving,
  sideOpen,
  onSide,
  onDrawer,
  onNew,
  onSave,
  onShare,
  onRun,
  onRevert,
}: {
  doc: Document
  dirty: boolean
  empty: boolean
  run: Run
  saving: boolean
  sideOpen: boolean
  onSide: () => void
  onDrawer: () => void
  onNew: () => void
  onSave: () => void
  onShare: () => void
  onRun: () => void
  onRevert: () => void
}) {
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-line border-b bg-canvas pr-4 pl-2 max-md:gap-1 max-md:pr-2">
      <Button
        variant="ghost"
        size="icon"
        className="max-lg:hidden"
        aria-label={sideOpen ? 'Hide tables and queries' : 'Show tables and queries'}
        aria-expanded={sideOpen}
        onClick={onSide}
      >
        <PanelLeft className="size-4" aria-hidden />
      </Button>
      <Button variant="ghost" size="icon" className="lg:hidden" aria-label="Open tables and queries" onClick={onDrawer}>
        <PanelLeft className="size-4" aria-hidden />
      </Button>
      <h1 className="min-w-0 truncate font-semibold text-sm tracking-tight">{doc.name}</h1>
      <span className="flex shrink-0 items-center gap-1.5" role="status">
        {dirty ? (
          <Badge tone={doc.saved ? 'warn' : 'neutral'}>{doc.saved ? 'unsaved changes' : 'draft'}</Badge>
        ) : (
          doc.saved && <Badge className="max-md:sr-only">saved</Badge>
        )}
        {doc.saved?.shared && (
          <Badge tone="accent" className="max-xl:hidden">
            {doc.saved.mine ? 'shared' : `shared by ${doc.saved.ownerName}`}
          </Badge>
        )}
      </span>
      <span className="ml-auto flex shrink-0 items-center gap-1">
        {dirty && doc.base !== '' && (
          <Button variant="ghost" onClick={onRevert} aria-label="Start over" title="Back to how it was">
            <RotateCcw className="size-3.5" aria-hidden />
            <span className="max-xl:hidden">Start over</span>
          </Button>
        )}
        <Button
          variant="ghost"
          onClick={onNew}
          disabled={empty && doc.key === 'new'}
          aria-label="New query"
          title="New query"
          className="max-xl:px-2"
        >
          <Plus className="size-3.5" aria-hidden />
          <span className="max-xl:hidden">New</span>
        </Button>
        <Button
          variant="ghost"
          className="max-xl:px-2"
          onClick={onSave}
          disabled={empty || (!dirty && doc.saved?.mine === true)}
          busy={saving}
          aria-label="Save"
          title={`Save (${commandKey('S')})`}
        >
          <Save className="size-3.5" aria-hidden />
          <span className="max-xl:hidden">Save</span>
        </Button>
        <Button
          variant="ghost"
          className="max-xl:px-2"
          onClick={onShare}
          disabled={empty}
          aria-label="Share"
          title="Copy a link to it"
        >
          <Share2 className="size-3.5" aria-hidden />
          <span className="max-xl:hidden">Share</span>
        </Button>
        {run.running ? (
          <Button onClick={run.cancel} disabled={!run.view} busy={run.cancelling} className="ml-1 min-w-24">
            <Square className="size-3 fill-current" aria-hidden />
            Cancel
          </Button>
        ) : (
          <Button variant="primary" onClick={onRun} disabled={empty} className="ml-1 min-w-24">
            <Play className="size-3.5" aria-hidden />
            Run
            <kbd className="font-mono text-2xs max-md:hidden" aria-hidden>
              {commandKey('↵')}
            </kbd>
          </Button>
        )}
      </span>
    </header>
  )
}
