/**
 * The configuration: the environment over an optional JSON file over defaults; read once, checked whole. Only this
 * folder reads the environment.
 */
import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { fitsSchema } from './fits-schema.ts';
import {
  roleNames,
  type SettingName,
  type Settings,
  settingNames,
  settingSchemaOf,
  settingTexts,
} from './settings.ts';

export { type RoleName, roleNames, type Settings } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with the settings, one line each, fit to be printed as it is. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

export interface LoadOptions {
  environment?: Environment;
  /** Settings given on the command line; they win over everything. */
  overrides?: Readonly<Partial<Record<SettingName, string>>>;
}

/** Throws `ConfigError` naming every setting that does not fit and what it accepts. */
export function loadConfig({ environment = process.env, overrides = {} }: LoadOptions = {}): Settings {
  const problems: string[] = [];
  const text = (name: SettingName): string | undefined => {
    const given = overrides[name] ?? environment[settingTexts[name].variable];
    // An empty variable is one that was not set: compose files and units write them so.
    return given === undefined || given.trim() === '' ? undefined : given.trim();
  };
  const file = readConfigFile(environment, text('data') ?? defaultOf('data'), problems);
  const found: Record<string, unknown> = {};
  for (const name of settingNames) {
    const given = text(name);
    const source = given === undefined ? `"${name}" in ${file.path}` : settingTexts[name].variable;
    const value = given === undefined ? fromFile(name, file.members[name]) : fromText(name, given);
    const chosen = value ?? defaultOf(name, found);
    if (chosen === undefined) continue;
    if (!fitsSchema(settingSchemaOf(name), chosen) || !fits(name, chosen)) {
      problems.push(`${source} takes ${settingTexts[name].accepts}${shown(name, given ?? value)}.`);
    } else found[name] = chosen;
  }
  problems.push(...lacking(found));
  if (problems.length > 0) throw new ConfigError(problems);
  return finish(found);
}

/** What one profile needs and the other does not. */
function lacking(found: Record<string, unknown>): string[] {
  if (found['profile'] !== 'cluster') return [];
  const needed: SettingName[] = ['secret', 'cassandra', 'kafka', 'redis', 'openSearch'];
  return needed
    .filter((name) => found[name] === undefined || (found[name] as { length: number }).length === 0)
    .map((name) => {
      const { variable, about, accepts } = settingTexts[name];
      return `${variable} is missing: the profile cluster needs it. It says ${about}, and takes ${accepts}.`;
    });
}

/** Settings as lines of `name = value`, with secrets masked: for logs and `kith config`. */
export function describe(settings: Settings): string {
  return settingNames
    .map((name) => {
      const value = settings[name];
      const { variable, secret } = settingTexts[name];
      const plain = value === undefined ? '(not set)' : [value].flat().join(',') || '(none)';
      return `${variable} = ${secret && value !== undefined ? '(set, not shown)' : plain}`;
    })
    .join('\n');
}

function finish(found: Record<string, unknown>): Settings {
  const settings = found as unknown as Settings;
  return Object.freeze({
    ...settings,
    data: resolve(settings.data),
    ...(settings.url !== undefined && { url: settings.url.replace(/\/+$/, '') }),
    ...(settings.mediaUrl !== undefined && { mediaUrl: settings.mediaUrl.replace(/\/+$/, '') }),
  });
}

function defaultOf(name: 'data'): string;
function defaultOf(name: SettingName, found: Record<string, unknown>): unknown;
function defaultOf(name: SettingName, found: Record<string, unknown> = {}): unknown {
  if (name === 'roles') return [...roleNames];
  // Whoever can reach this machine only is trusted with making an account; strangers are not.
  if (name === 'registration') return isLoopback(String(found['host'])) ? 'open' : 'invite';
  return (settingSchemaOf(name) as { default?: unknown }).default;
}

/** Whether only this machine can reach what listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function fromText(name: SettingName, text: string): unknown {
  const { type } = settingSchemaOf(name) as { type?: string };
  if (name === 'roles') return text === 'all' ? [...roleNames] : list(text);
  if (type === 'array') return list(text);
  if (type === 'integer') return /^\d{1,15}$/.test(text) ? Number(text) : text;
  return text;
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** A file may write lists as lists, or as the environment does. */
function fromFile(name: SettingName, value: unknown): unknown {
  return typeof value === 'string' ? fromText(name, value) : value;
}

/** What a schema cannot say. */
function fits(name: SettingName, value: unknown): boolean {
  if (name === 'url' || name === 'mediaUrl' || name === 'smtpUrl') return URL.canParse(String(value));
  if (name === 'trustedProxies') return (value as string[]).every(isNetwork);
  return true;
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  if (prefix === undefined) return true;
  if (!/^\d{1,3}$/.test(prefix)) return false;
  try {
    new BlockList().addSubnet(address, Number(prefix), version === 4 ? 'ipv4' : 'ipv6');
    return true;
  } catch {
    return false;
  }
}

const shownCharactersMax = 60;

function shown(name: SettingName, value: unknown): string {
  if (settingTexts[name].secret) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `; not ${JSON.stringify(text.slice(0, shownCharactersMax))}`;
}

interface ConfigFile {
  path: string;
  members: Record<string, unknown>;
}

/** `KITH_CONFIG` must be there if it is set; `kith.json` in the data folder need not. */
function readConfigFile(environment: Environment, data: string, problems: string[]): ConfigFile {
  const named = environment['KITH_CONFIG'];
  const path = named || join(data, 'kith.json');
  let members: unknown = {};
  try {
    members = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' || named) {
      problems.push(`The configuration file ${path} cannot be read: ${(error as Error).message}.`);
    }
  }
  if (typeof members !== 'object' || members === null || Array.isArray(members)) {
    problems.push(`The configuration file ${path} must hold one JSON object.`);
    return { path, members: {} };
  }
  for (const name of Object.keys(members)) {
    if (!settingNames.includes(name as SettingName)) {
      problems.push(`The configuration file ${path} has "${name}", which is no setting.`);
    }
  }
  return { path, members: members as Record<string, unknown> };
}
