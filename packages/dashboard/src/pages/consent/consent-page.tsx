import type { ConsentDecision } from '@coder/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api, hasStatus } from '../../api.ts';
import { plainName } from '../../lib/plain-name.ts';
import { CardPage } from '../../shell/card.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { Failure, Notice } from '../../ui/notice.tsx';
import { Loading, useTitle } from '../../ui/page.tsx';
import { ConsentForm } from './consent-form.tsx';
import { mayGoTo } from './go-on.ts';
import { SignedInAs } from './signed-in-as.tsx';

/** Asks the user whether an application may act for them. */
export function ConsentPage() {
  const { uid } = useParams({ from: '/signed-in/oauth2/interaction/$uid' });
  const { data: request, error } = useQuery({
    queryKey: ['interaction', uid],
    queryFn: () => api.oauth2.getInteraction({ uid }),
    // What the user has marked must not change under their hands.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const decide = useMutation({
    mutationFn: async (decision: ConsentDecision) => {
      const { redirect_to } = await api.oauth2.decideInteraction({ uid, ...decision });
      if (!mayGoTo(redirect_to))
        throw new Error('The application gave an address that cannot be opened safely.');
      return redirect_to;
    },
    onSuccess: (address) => window.location.assign(address),
  });
  useTitle('Allow an application');
  if (error) {
    const gone = hasStatus(error, 404) || hasStatus(error, 410);
    return (
      <CardPage title={gone ? 'This request is no longer open' : 'This request could not be shown'}>
        {gone ? (
          <p>It was answered, or took too long. Go back to the application and connect again.</p>
        ) : (
          <Failure error={error} />
        )}
      </CardPage>
    );
  }
  if (!request) {
    return (
      <CardPage title="An application asks for access">
        <Loading rows={5} />
      </CardPage>
    );
  }
  if (decide.isSuccess)
    return <GoingOn address={decide.data} allowed={decide.variables.decision === 'allow'} />;
  return (
    <CardPage
      title={
        <>
          <bdi>{plainName(request.application.name)}</bdi> asks for access
        </>
      }
      lead={<SignedInAs user={request.user} />}
    >
      <ConsentForm
        request={request}
        busy={decide.isPending ? decide.variables.decision : undefined}
        error={decide.error}
        onDecide={(decision) => decide.mutate(decision)}
      />
    </CardPage>
  );
}

/** While the browser goes on, and what stays when a program on this computer took the answer. */
function GoingOn({ address, allowed }: { address: string; allowed: boolean }) {
  return (
    <CardPage title={allowed ? 'Allowed' : 'Not allowed'}>
      <Notice tone={allowed ? 'good' : 'info'}>
        <p>The answer is on its way. If a program on this computer asked, you can close this page.</p>
      </Notice>
      <a href={address} rel="noreferrer" className={buttonClass()}>
        Nothing happened? Send it again
      </a>
    </CardPage>
  );
}
