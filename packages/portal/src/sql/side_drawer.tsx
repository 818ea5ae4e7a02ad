import { Dialog, DrawerContent } from '../ui/index.ts'
import { Side, type SideProps } from './side.tsx'

/** Where there is little room, what stands beside the editor comes over it. */
export default function SideDrawer({ onClose, ...side }: SideProps & { onClose: () => void }) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DrawerContent title="Tables and queries">
        <div className="-mx-5 h-[calc(100dvh-5.5rem)]">
          <Side {...side} />
        </div>
      </DrawerContent>
    </Dialog>
  )
}
