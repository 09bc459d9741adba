import { useMutation, useQuery } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { api } from '../../api.ts';
import { hasFirstUserQuery } from '../../queries.ts';
import { CardPage } from '../../shell/card.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Failure } from '../../ui/notice.tsx';
import { useTitle } from '../../ui/page.tsx';
import { Setup } from './setup.tsx';
import { useEnter } from './use-enter.ts';

/** The sign-in page; on a new deployment, where the owner is created. */
export function LoginPage() {
  const { data: hasFirst, error } = useQuery(hasFirstUserQuery);
  useTitle(hasFirst === false ? 'Set up' : 'Sign in');
  if (error) {
    return (
      <CardPage title="Sign in">
        <Failure error={error} />
      </CardPage>
    );
  }
  if (hasFirst === undefined) return null;
  return hasFirst ? <SignIn /> : <Setup />;
}

function SignIn() {
  const enter = useEnter();
  const signIn = useMutation({
    mutationKey: ['sign-in'],
    mutationFn: (credentials: { email: string; password: string }) => api.users.login(credentials),
    onSuccess: enter,
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate({ email: String(form.get('email')), password: String(form.get('password')) });
  };
  return (
    <CardPage title="Sign in" lead={`To ${window.location.host}`}>
      <form onSubmit={submit} className="space-y-4">
        {signIn.error && <Failure error={signIn.error} />}
        <Field label="Email" name="email" type="email" autoComplete="username" required autoFocus />
        <Field label="Password" name="password" type="password" autoComplete="current-password" required />
        <Button type="submit" kind="primary" className="w-full" busy={signIn.isPending || signIn.isSuccess}>
          Sign in
        </Button>
      </form>
    </CardPage>
  );
}
