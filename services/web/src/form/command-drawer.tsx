// A command's form in a drawer: from the right on a desk, from below on a phone.
import { Drawer } from 'antd'
import type { CaseView, Offer } from '../answers.ts'
import { useWide } from '../width.ts'
import { CommandForm } from './command-form.tsx'
import { prefill } from './prefill.ts'

type DrawerProps = { offer: Offer; view: CaseView; close: () => void }

/** Open until the command is taken or the drawer is closed; the draft stays. */
export function CommandDrawer({ offer, view, close }: DrawerProps) {
  const wide = useWide()
  return (
    <Drawer
      open
      title={offer.label}
      onClose={close}
      placement={wide ? 'right' : 'bottom'}
      size={wide ? 460 : '86%'}
      className="command-drawer"
    >
      <CommandForm
        offer={offer}
        workflow={view.workflow}
        version={view.version}
        target={{ id: view.id, revision: view.revision }}
        prefilled={prefill(offer, view)}
        done={close}
      />
    </Drawer>
  )
}
