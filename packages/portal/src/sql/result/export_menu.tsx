import { table } from 'virtual:route-table'
import { Download, FileJson, FileSpreadsheet, FileText } from 'lucide-react'
import { Button, Menu } from '../../ui/index.ts'
import { fileNameOf } from '../saved/export_name.ts'

const formats = [
  { format: 'csv', label: 'CSV', icon: <FileSpreadsheet className="size-3.5 text-ink-3" aria-hidden /> },
  { format: 'parquet', label: 'Parquet', icon: <FileText className="size-3.5 text-ink-3" aria-hidden /> },
  { format: 'json', label: 'NDJSON', icon: <FileJson className="size-3.5 text-ink-3" aria-hidden /> },
] as const

/** The whole result as a file; the browser asks for it itself, with the session's cookie. */
export default function ExportMenu({ id, name }: { id: string; name: string }) {
  const download = (format: string) => {
    const file = fileNameOf(name)
    const link = document.createElement('a')
    const path = table.exportQuery.path.replace(':id', encodeURIComponent(id))
    link.href = `${path}?format=${format}${file ? `&name=${file}` : ''}`
    link.download = ''
    link.click()
  }
  return (
    <Menu
      trigger={
        <Button size="sm" variant="ghost">
          <Download className="size-3.5" aria-hidden />
          Export
        </Button>
      }
      items={formats.map(({ format, label, icon }) => ({ label, icon, onSelect: () => download(format) }))}
    />
  )
}
