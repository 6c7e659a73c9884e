/**
 * What looks like a secret in a source: files that hold secrets by their name, and keys whose form gives them
 * away. The forms are those of gitleaks' default rules (MIT) that have a prefix or a frame of their own. A
 * form that any random text may have would warn all the time.
 */

/** `.env` and its variants, samples aside: a machine's environment, passwords among it. */
export function isEnvironmentFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return /^\.env(\.|$)/.test(name) && !/\.(example|sample|template|dist)$/.test(name)
}

const NAMES: [RegExp, string][] = [
  [/\.(pem|key|p8|p12|pfx|jks|keystore|kdbx|ppk)$/, 'a key file'],
  [/^id_(rsa|dsa|ecdsa|ed25519)$/, 'an SSH key'],
  [/^\.(npmrc|netrc|pgpass|pypirc|htpasswd|dockercfg|git-credentials)$/, 'a file of passwords'],
  [/^(credentials|\.credentials|kubeconfig|service-account.*\.json)$/, 'a file of credentials'],
  [/\.tfstate(\.backup)?$/, "Terraform's state, which holds passwords"],
]

const FORMS: [RegExp, string][] = [
  [/-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----/, 'a private key'],
  [/\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/, 'an access key of AWS'],
  [/\bgh[pousr]_[0-9a-zA-Z]{36}\b|\bgithub_pat_\w{82}\b/, 'a token of GitHub'],
  [/\bgl(?:pat|ptt|rt)-[\w-]{20}/, 'a token of GitLab'],
  [
    /\bxox[abeoprs]-[0-9A-Za-z-]{10,}|hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9+/]{43,}/,
    'a token of Slack',
  ],
  [/\b(?:sk|rk)_(?:test|live|prod)_[a-zA-Z0-9]{10,99}\b/, 'a key of Stripe'],
  [/\bAIza[\w-]{35}\b/, 'a key of Google'],
  [/\bnpm_[a-zA-Z0-9]{36}\b/, 'a token of npm'],
  [/\bpypi-AgEIcHlwaS5vcmc[\w-]{50,}/, 'a token of PyPI'],
  [/\bSG\.[a-zA-Z0-9=_.-]{66}\b/, 'a key of SendGrid'],
  [
    /\bsk-(?:proj-)?[A-Za-z0-9_-]*T3BlbkFJ[A-Za-z0-9_-]+\b|\bsk-ant-[a-z0-9]+-[\w-]{80,}/,
    'a key of a language model',
  ],
  [/\bdo[opr]_v1_[a-f0-9]{64}\b/, 'a token of DigitalOcean'],
  [/\bhv[sb]\.[\w-]{90,}/, 'a token of Vault'],
  [/\bEAAA[\w-]{60}\b|\bsq0[a-z]{3}-[\w-]{22,43}\b/, 'a token of Square'],
  [/\bSK[0-9a-fA-F]{32}\b/, 'a key of Twilio'],
  [/\bAGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}\b/, 'a key of age'],
  [
    /\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/'"`${}]+:[^\s:@/'"`${}]{6,}@[a-z0-9.-]+\.[a-z]{2,}/i,
    'a password in a URL',
  ],
]

/** Content with a NUL is not text, and nobody keeps a key behind the first megabyte. */
const LONGEST = 1024 * 1024

/** What a file looks like that should not be in an image; undefined for any other. */
export function secretLook(path: string, text: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const named = NAMES.find(([pattern]) => pattern.test(name))
  if (named) return `is ${named[1]} by its name`
  const head = text.slice(0, LONGEST)
  if (head.includes('\0')) return undefined
  const found = FORMS.find(([pattern]) => pattern.test(head))
  if (!found) return undefined
  const line = head.slice(0, head.search(found[0])).split('\n').length
  return `holds what looks like ${found[1]} in line ${line}`
}
