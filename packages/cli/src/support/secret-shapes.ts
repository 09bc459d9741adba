/** What stands in place of a secret. */
export const HIDDEN = '[removed]';

/** What secrets look like wherever they stand, as their makers document it, and what is written `instead` where a part stays. */
export const secretShapes: readonly { what: string; pattern: RegExp; instead?: string }[] = [
  {
    what: 'user and password of an address',
    pattern: /(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@:]*:[^\s/@]*@/gi,
    instead: `$1${HIDDEN}@`,
  },
  { what: 'JSON Web Token', pattern: /\beyJ[\w-]{4,}\.[\w-]{2,}(?:\.[\w-]*)?/g },
  {
    what: 'session key, token or client secret of this product',
    pattern: /\b(?:coder_)?[A-Za-z0-9]{10}[-_][A-Za-z0-9]{22,64}\b/g,
  },
  { what: 'GitHub', pattern: /(?:\bgh[pousr]_|\bgithub_pat_)\w{10,}/g },
  { what: 'GitLab', pattern: /\bgl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas|imt|ffct)-[\w.-]{10,}/g },
  {
    what: 'OpenAI, Anthropic and others',
    pattern: /\bsk-(?:(?:ant|proj|svcacct|or)-|(?=[\w-]*\d))[\w-]{10,}/g,
  },
  { what: 'Stripe', pattern: /\b[rs]k_(?:live|test)_\w{10,}/g },
  { what: 'npm', pattern: /\bnpm_[A-Za-z0-9]{20,}/g },
  { what: 'AWS', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g },
  { what: 'Slack', pattern: /\bx(?:ox[a-z]|app)-[\w-]{8,}/g },
  { what: 'Google', pattern: /\b(?:AIza[\w-]{30,}|ya29\.[\w-]{10,}|GOCSPX-[\w-]{10,})/g },
  {
    what: 'Hugging Face, PyPI, Docker, Vault, DigitalOcean, SendGrid',
    pattern: /\b(?:hf_|pypi-|dckr_pat_|hv[sbr]\.|do[opr]_v1_|SG\.)[\w.-]{20,}/g,
  },
  {
    what: 'bearer and basic credentials',
    pattern: /(\b(?:bearer|basic)\s+)(?=[^\s"']*[\d=])[\w.~+/=-]{6,}/gi,
    instead: `$1${HIDDEN}`,
  },
  {
    what: 'config.json of docker',
    pattern: /("auth"\s*:\s*")[A-Za-z0-9+/=]{8,}(?=")/g,
    instead: `$1${HIDDEN}`,
  },
  {
    what: 'curl -u user:password',
    pattern:
      /(\b(?:curl|wget|https?)\s(?:[^\n]{0,2000}?\s)?(?:-[a-zA-Z]*?[uUa]|--(?:proxy-)?user)[ =]?["']?)[^\s"':]+:[^\s"']+/g,
    instead: `$1${HIDDEN}`,
  },
  {
    what: 'mysql -ppassword',
    pattern: /(\b(?:mysql|mariadb)[\w-]*\s(?:[^\n]{0,2000}?\s)?-p)(?:"[^"\n]*"|'[^'\n]*'|[^\s"']\S*)/g,
    instead: `$1${HIDDEN}`,
  },
  {
    what: 'password after -p or -a',
    pattern:
      /(\b(?:sshpass|docker\s+login|podman\s+login|redis-cli)\s(?:[^\n]{0,2000}?\s)?-[pa]\s*)(?:"[^"\n]*"|'[^'\n]*'|\S+)/g,
    instead: `$1${HIDDEN}`,
  },
  { what: 'netrc', pattern: /(\blogin\s+\S+\s+password\s+)\S+/g, instead: `$1${HIDDEN}` },
];
