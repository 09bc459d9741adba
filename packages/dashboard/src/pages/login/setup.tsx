import { ApiError } from '@coder/api';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { api } from '../../api.ts';
import { CardPage } from '../../shell/card.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Failure } from '../../ui/notice.tsx';
import { useEnter } from './use-enter.ts';

type Owner = { username: string; email: string; password: string };

/** Creates the first user, who becomes the owner of the deployment, and signs in as that user. */
export function Setup() {
  const enter = useEnter();
  const create = useMutation({
    mutationKey: ['sign-in'],
    mutationFn: async ({ username, email, password }: Owner) => {
      await api.users.createFirst({ username, email, password });
      await api.users.login({ email, password });
    },
    onSuccess: enter,
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    create.mutate(Object.fromEntries(new FormData(event.currentTarget)) as Owner);
  };
  const problems = create.error instanceof ApiError ? create.error.validations : [];
  const problemOf = (field: keyof Owner) => problems.find((problem) => problem.field === field)?.detail;
  return (
    <CardPage
      title="Set up this deployment"
      lead="It has no user yet. The first one is its owner and may do everything."
    >
      <form onSubmit={submit} className="space-y-4">
        {create.error && problems.length === 0 && <Failure error={create.error} />}
        <Field
          label="Username"
          name="username"
          autoComplete="username"
          required
          autoFocus
          maxLength={32}
          hint="Letters, digits and single hyphens."
          problem={problemOf('username')}
        />
        <Field
          label="Email"
          name="email"
          type="email"
          autoComplete="email"
          required
          hint="You sign in with it."
          problem={problemOf('email')}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          required
          minLength={8}
          hint="At least 8 characters."
          problem={problemOf('password')}
        />
        <Button type="submit" kind="primary" className="w-full" busy={create.isPending || create.isSuccess}>
          Create the owner
        </Button>
      </form>
    </CardPage>
  );
}
