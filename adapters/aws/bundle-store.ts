import {
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound as NoSuchObject,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { AppBundle } from '../../core/base/bundle.ts'
import { canonicalJson, sha256 } from '../../core/base/canonical.ts'
import { NotFound, ServiceFailure, ServiceRefusal } from '../../core/base/errors.ts'
import { bundleKey, bundlePointerKey, sourceKey } from '../../core/base/names.ts'
import { type Outline, outlineOf } from '../../core/template/outline.ts'
import { type App, parseApp, type StoredBundle } from '../../core/template/parsed-app.ts'

/**
 * The stage's bucket: bundles and sources under the digest of their content, and one pointer per app to its
 * current bundle.
 */
export class BundleStore {
  readonly #s3: S3Client
  readonly #bucket: string

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3
    this.#bucket = bucket
  }

  /** Digest of the app's current bundle; undefined if nobody has pushed the app. */
  async pointer(app: string): Promise<string | undefined> {
    const key = bundlePointerKey(app)
    const found = await this.#read(key)
    if (found === undefined) return undefined
    const { digest } = Object(this.#parse(key, found))
    if (typeof digest !== 'string') throw this.#refusal(key, 'names no digest')
    return digest
  }

  /** Makes a stored bundle the current one. */
  async point(app: string, digest: string): Promise<void> {
    await this.#write(bundlePointerKey(app), canonicalJson({ digest }), 'application/json')
  }

  /**
   * An app, read and checked: the current bundle, or the one with a digest that a release recorded.
   * @throws {NotFound} if the app, or that version of it, was never pushed
   * @throws {ServiceRefusal} if the bucket holds something else under that digest
   * @throws {InvalidInput} if its content is not an app by today's rules
   */
  async read(app: string, digest?: string): Promise<App> {
    return parseApp(await this.#stored(app, digest))
  }

  /**
   * As much of an app as it takes to remove it, also if it breaks rules that are younger than its bundle.
   * Which one is read, and the other errors, are those of `read`.
   * @throws {InvalidInput} if it is no bundle of any version
   */
  async outline(app: string, digest?: string): Promise<Outline> {
    const { value, place } = await this.#stored(app, digest)
    return outlineOf(value, place)
  }

  async #stored(app: string, digest?: string): Promise<StoredBundle> {
    const wanted = digest ?? (await this.pointer(app))
    if (wanted === undefined) {
      throw new NotFound(`No app ${app} in ${this.#bucket}; put it there with "nanofleet push ${app}"`)
    }
    const key = bundleKey(app, wanted)
    const text = await this.#read(key)
    if (text === undefined) {
      throw new NotFound(`Bundle ${wanted} of ${app} is missing in ${this.#bucket}; push the app again`)
    }
    const found = sha256(text)
    if (found !== wanted) throw this.#refusal(key, `has the digest ${found}, so somebody changed it`)
    return { app, digest: wanted, value: this.#parse(key, text), place: this.#place(key) }
  }

  /** Stores a bundle under its digest unless it already exists. */
  async write(bundle: AppBundle): Promise<{ digest: string; written: boolean }> {
    const text = canonicalJson(bundle)
    const digest = sha256(text)
    const key = bundleKey(bundle.manifest.app, digest)
    if (await this.#has(key)) return { digest, written: false }
    await this.#write(key, text, 'application/json')
    return { digest, written: true }
  }

  /** Packs and stores a source archive unless one with its digest exists; true if it was written. */
  async writeSource(digest: string, pack: () => Promise<Uint8Array>): Promise<boolean> {
    const key = sourceKey(digest)
    if (await this.#has(key)) return false
    await this.#write(key, await pack(), 'application/gzip')
    return true
  }

  #parse(key: string, text: string): unknown {
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw this.#refusal(key, 'is not JSON', { cause })
    }
  }

  /** For an object that another try would find no better. */
  #refusal(key: string, problem: string, options?: ErrorOptions): ServiceRefusal {
    return new ServiceRefusal(`${this.#place(key)} ${problem}; delete it and push the app again`, options)
  }

  #place(key: string): string {
    return `s3://${this.#bucket}/${key}`
  }

  async #read(key: string): Promise<string | undefined> {
    try {
      const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }))
      return await Body?.transformToString()
    } catch (cause) {
      if (cause instanceof NoSuchKey) return undefined
      throw new ServiceFailure(`${this.#place(key)} cannot be read: ${String(cause)}`, { cause })
    }
  }

  async #has(key: string): Promise<boolean> {
    try {
      await this.#s3.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }))
      return true
    } catch (cause) {
      if (cause instanceof NoSuchObject) return false
      throw new ServiceFailure(`${this.#place(key)} cannot be seen: ${String(cause)}`, { cause })
    }
  }

  async #write(key: string, content: string | Uint8Array, type: string): Promise<void> {
    const object = { Bucket: this.#bucket, Key: key, Body: content, ContentType: type }
    try {
      await this.#s3.send(new PutObjectCommand(object))
    } catch (cause) {
      throw new ServiceFailure(`${this.#place(key)} cannot be written: ${String(cause)}`, { cause })
    }
  }
}
