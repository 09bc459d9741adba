import * as AlertDialog from '@radix-ui/react-alert-dialog';
import { type ReactNode, useRef } from 'react';
import { Button } from './button.tsx';
import { Failure } from './notice.tsx';

type Props = {
  open: boolean;
  title: string;
  /** What will happen, and whether it can be undone. */
  children: ReactNode;
  action: string;
  danger?: boolean;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
};

/** Asks before something that cannot simply be done again the other way round. */
export function Confirm(props: Props) {
  const { open, title, children, action, danger = false, busy, error, onConfirm, onClose } = props;
  // Many buttons open the same question, so it remembers which one the focus belongs back to.
  const from = useRef<Element | null>(null);
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && !busy && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 bg-black/45" />
        <AlertDialog.Content
          onOpenAutoFocus={() => {
            from.current = document.activeElement;
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (from.current instanceof HTMLElement && from.current.isConnected) from.current.focus();
          }}
          className="fixed top-[18vh] left-1/2 max-h-[75vh] w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 space-y-4 overflow-y-auto rounded-lg border border-line bg-surface p-5 shadow-xl"
        >
          <AlertDialog.Title className="text-base font-semibold [overflow-wrap:anywhere]">
            {title}
          </AlertDialog.Title>
          <AlertDialog.Description asChild>
            <div className="text-muted">{children}</div>
          </AlertDialog.Description>
          {error !== null && error !== undefined && <Failure error={error} />}
          <div className="flex justify-end gap-2">
            <AlertDialog.Cancel asChild>
              <Button disabled={busy}>Cancel</Button>
            </AlertDialog.Cancel>
            <Button kind={danger ? 'danger' : 'primary'} busy={busy} onClick={onConfirm}>
              {action}
            </Button>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
