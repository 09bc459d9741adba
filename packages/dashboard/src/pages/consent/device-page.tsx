import type { ConsentDecision } from '@coder/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { api, hasStatus } from '../../api.ts';
import { CardPage } from '../../shell/card.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Failure, Notice } from '../../ui/notice.tsx';
import { Loading, useTitle } from '../../ui/page.tsx';
import { ConsentForm } from './consent-form.tsx';
import { SignedInAs } from './signed-in-as.tsx';

/** Connects a device that has no browser: first its code, then what it may do. */
export function DevicePage() {
  const { user_code: code } = useSearch({ from: '/signed-in/device' });
  useTitle('Connect a device');
  return code === undefined ? <CodeForm /> : <DeviceConsent key={code} code={code} />;
}

function CodeForm({ error }: { error?: unknown }) {
  const navigate = useNavigate();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get('code')).trim().toUpperCase();
    void navigate({ to: '/device', search: { user_code: code } });
  };
  return (
    <CardPage
      title="Connect a device"
      lead="Enter the code that the device, or the coder command, shows you."
    >
      <form onSubmit={submit} className="space-y-4">
        <Field
          label="Code"
          name="code"
          required
          autoFocus
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          placeholder="ABCD-EFGH"
          maxLength={64}
          className="font-mono tracking-widest uppercase"
          problem={
            hasStatus(error, 404)
              ? 'No device waits with this code. It may have run out: codes live only minutes.'
              : undefined
          }
        />
        {error !== undefined && !hasStatus(error, 404) && <Failure error={error} />}
        <Button type="submit" kind="primary" className="w-full">
          Continue
        </Button>
      </form>
    </CardPage>
  );
}

function DeviceConsent({ code }: { code: string }) {
  const { data: request, error } = useQuery({
    queryKey: ['device', code],
    queryFn: () => api.oauth2.getDevice({ user_code: code }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const decide = useMutation({
    mutationFn: (decision: ConsentDecision) => api.oauth2.decideDevice({ user_code: code, ...decision }),
  });
  if (error) return <CodeForm error={error} />;
  if (decide.data) {
    const allowed = decide.data.decision === 'allow';
    return (
      <CardPage title={allowed ? 'The device is connected' : 'The device was refused'}>
        <Notice tone={allowed ? 'good' : 'info'}>
          <p>
            {allowed ? 'Go back to it; it goes on by itself within seconds.' : 'Nothing was given to it.'}
          </p>
        </Notice>
      </CardPage>
    );
  }
  if (!request) {
    return (
      <CardPage title="Connect a device">
        <Loading rows={5} />
      </CardPage>
    );
  }
  return (
    <CardPage title="A device asks for access" lead={<SignedInAs user={request.user} />}>
      <ConsentForm
        request={request}
        busy={decide.isPending ? decide.variables.decision : undefined}
        error={decide.error}
        onDecide={(decision) => decide.mutate(decision)}
      />
    </CardPage>
  );
}
