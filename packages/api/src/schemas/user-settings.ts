import * as z from 'zod';

/** The fonts that upstream's terminal has; empty for the first of them. */
export const terminalFonts = [
  '',
  'geist-mono',
  'ibm-plex-mono',
  'fira-code',
  'jetbrains-mono',
  'source-code-pro',
] as const;

/** How the dashboard looks to a user; an empty preference follows the browser. */
export const userAppearanceSchema = z.strictObject({
  theme_preference: z
    .string()
    .max(64)
    .regex(/^[a-z0-9-]*$/, 'must be the name of a theme, such as dark or light'),
  terminal_font: z.enum(terminalFonts).default(''),
});
export type UserAppearance = z.output<typeof userAppearanceSchema>;

export const userPreferencesSchema = z.strictObject({ task_notification_alert_dismissed: z.boolean() });
export type UserPreferences = z.output<typeof userPreferencesSchema>;

/** A value that a user has given a parameter of a template before. */
export const autofillParameterSchema = z.object({ name: z.string(), value: z.string() });
