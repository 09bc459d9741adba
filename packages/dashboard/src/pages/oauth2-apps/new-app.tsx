import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { Panel } from '../../ui/page.tsx';
import { AppForm, type AppInput } from './app-form.tsx';

export function NewApp({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: (input: AppInput) => api.oauth2Provider.createApp(input),
    onSuccess: async (app) => {
      await client.invalidateQueries({ queryKey: ['oauth2-apps'] });
      await navigate({ to: '/admin/oauth2/$app', params: { app: app.id } });
    },
  });
  return (
    <Panel title="New application">
      <AppForm
        action="Enter application"
        busy={create.isPending}
        error={create.error}
        onSubmit={create.mutate}
        onCancel={onClose}
      />
    </Panel>
  );
}
