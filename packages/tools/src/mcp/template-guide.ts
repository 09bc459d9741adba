/**
 * How a template is written, for a model: the manifest with an example of everything in it, the rules that are met first,
 * and the way to publish. People read docs/templates.md.
 */
export const TEMPLATE_GUIDE = `# How to write a template

A template is a set of files that workspaces are created from: \`template.yaml\` (the manifest, needed) and \`README.md\`
(shown to people). It is not Terraform: there are no providers, resources or variables, only the keys below. An unknown key
is refused with its line and the key that was probably meant, so guess nothing.

## Publish it

1. \`coder_upload_tar_file {"files": {"template.yaml": "…", "README.md": "…"}}\` gives a \`file_id\`.
2. \`coder_create_template_version {"file_id": "…"}\` imports it (with \`template_id\` for a new version of a template that is
   there). A failed import lists every problem with file, line and what would be right: correct all, and begin again at 1.
3. New template: \`coder_create_template {"name": "…", "version_id": "…"}\`. New version:
   \`coder_update_template_active_version {"template_id": "…", "template_version_id": "…"}\`.
4. Try it: \`coder_create_workspace\` with \`wait_ms\` 45000, then \`coder_get_workspace_agent_logs\` for what its script said.

The smallest manifest:

\`\`\`yaml
name: shell
runtime:
  local: {}
\`\`\`

## Everything in one

\`\`\`yaml
name: web                      # letters, digits, single hyphens; at most 32
display_name: Web service
description: One sentence for the list of templates.
icon: /icon/widgets.svg        # a path or an address
daily_cost: 1                  # credits that a running workspace costs a day, where quotas are used

parameters:                    # what a user chooses when creating a workspace
  - name: project_name         # letters, digits, "_", "-"
    display_name: Project name
    description: The folder of the project.
    type: string               # string (default), number, bool, list(string)
    default: my-app            # without a default it is required
    mutable: false             # the default: fixed once the workspace exists
    validation:
      regex: ^[a-z][a-z0-9-]*$ # RE2: no lookaround, no backreferences
      error: Use lower-case letters, digits and hyphens.
  - name: cpus                 # mutable: coder_workspace_update may change it later
    type: number
    default: 2
    mutable: true
    validation: { min: 1, max: 8 }
  - name: memory
    type: number
    default: 2
    mutable: true
    validation: { min: 1, max: 16 }
  - name: database
    type: string
    default: none
    options:                   # one of these
      - { name: None, value: none }
      - { name: SQLite, value: sqlite, description: In a file }
  - name: reset
    type: bool
    default: false
    mutable: true
    ephemeral: true            # holds for one build only

presets:                       # named sets of values; at most one is the default
  - name: Small
    default: true
    parameters: { cpus: 1, memory: 1 }
  - name: Large
    parameters: { cpus: 4, memory: 8 }

runtime:                       # where it runs; this version has "local": processes on the server's machine
  local:
    cpus: \${{ parameters.cpus }}
    memory: \${{ parameters.memory }}GiB   # B, KB, MB, GB, TB or KiB, MiB, GiB, TiB
    disk: 20GiB
    processes: 2048
    env: { PORT: "8080" }      # values are text: numbers in quotes

agent:                         # the program inside the workspace
  directory: ~/\${{ parameters.project_name }}   # where commands start
  env: { EDITOR: vim }
  startup_script: |            # bash, at every start: it must bear being repeated
    set -eu
    project="$HOME/$CODER_PARAMETER_PROJECT_NAME"
    mkdir -p "$project"
    cd "$project"
    [ -e package.json ] || npm init -y >/dev/null
  startup_script_blocks: true  # ready when the script has ended
  startup_timeout: 5m
  shutdown_script: echo bye
  metadata:                    # shown beside the workspace
    - { key: home, display_name: Home, script: du -sh "$HOME" | cut -f 1, interval: 1m, timeout: 30s }

apps:                          # what it offers in the browser, or in a terminal
  - slug: preview
    display_name: Preview
    url: http://localhost:8080 # inside the workspace
    share: owner               # owner, authenticated, organization, public
    healthcheck: { url: "http://localhost:8080/", interval: 10s, threshold: 3 }
  - slug: top
    command: top               # instead of url

schedule:
  default_ttl: 8h              # stops so long after its start; 0: never
  activity_bump: 1h
\`\`\`

## Rules that are met first

- References are \`\${{ parameters.<name> }}\`, \`\${{ workspace.name }}\` and \`\${{ owner.name }}\`; there are no expressions. They are
  replaced in \`runtime.local\`, \`agent.directory\`, \`agent.env\` and the \`url\` of apps and health checks, and nowhere else.
- Scripts take no references. They find the values in their environment, as text: \`CODER_PARAMETER_<NAME>\` (the name in
  capitals, \`-\` as \`_\`), \`CODER_WORKSPACE_NAME\`, \`CODER_WORKSPACE_OWNER_NAME\`. Quote them: \`"$CODER_PARAMETER_PORT"\`.
- A startup script runs at every start, without a terminal and possibly without a network. Test before you create
  (\`[ -e … ] ||\`), begin with \`set -eu\`, and let it end: servers are started in the background or by the user.
- It runs as an unprivileged user: no \`sudo\`, no package manager of the system. What the machine has is there; what else is
  needed goes into the home directory.
- Home directories persist over stops and updates. A new version of the template changes no file that is there already.
- Resources that people may want to change later (cpus, memory, disk) are mutable parameters with a range.
- No secrets in a template: every user of it can read them.
- Durations are written 90s, 10m, 1h30m, 2d.
- At most 1,000 files and 10 MiB; no links, no absolute paths, no \`..\`.
`;

/** The tools that the guide speaks of. */
export const GUIDE_TOOLS: readonly string[] = [...new Set(TEMPLATE_GUIDE.match(/coder_[a-z_]+/g))];
