/** The parts of an image's name. */
export interface ImageName {
  /** Registry and path: `docker.io/library/redis`. */
  repository: string
  /** Its last part: `redis`. */
  name: string
  tag?: string
  digest?: string
}

export function imageName(image: string): ImageName {
  const [path = '', digest] = image.split('@')
  const colon = path.indexOf(':', path.lastIndexOf('/') + 1)
  const repository = colon < 0 ? path : path.slice(0, colon)
  const tag = colon < 0 ? undefined : path.slice(colon + 1)
  const name = repository.slice(repository.lastIndexOf('/') + 1).toLowerCase()
  return { repository, name, ...(tag && { tag }), ...(digest && { digest }) }
}

const PROXIES =
  /^(nginx|nginx-unprivileged|httpd|haproxy|traefik|envoy|caddy|nginx-proxy|openresty|nginx-ingress|kong)$/

const DATA = 'keeps data, and an instance has no disk that outlives it'

/** Stores, queues and the like, and what AWS has in their place. */
const SERVICES: [names: RegExp, why: string, instead: string][] = [
  [
    /^(postgres|postgresql|postgis|timescaledb|timescaledb-ha|pgvector|cloudnative-pg|alloydb-omni)$/,
    `${DATA}; it also starts a process for each connection`,
    'use Amazon RDS for PostgreSQL or Aurora',
  ],
  [
    /^(mysql|mysql-server|mariadb|percona|percona-server)$/,
    DATA,
    'use Amazon RDS for MySQL or MariaDB, or Aurora',
  ],
  [
    /^(mongo|mongodb|mongodb-community-server|percona-server-mongodb)$/,
    DATA,
    'use Amazon DocumentDB, or MongoDB Atlas',
  ],
  [/^(rabbitmq|activemq|artemis|activemq-artemis)$/, DATA, 'use Amazon MQ, or Amazon SQS'],
  [
    /^(kafka|cp-kafka|cp-server|zookeeper|cp-zookeeper|redpanda|kafka-native|cp-schema-registry)$/,
    DATA,
    'use Amazon MSK, or Amazon Kinesis',
  ],
  [
    /^(elasticsearch|opensearch|kibana|logstash|opensearch-dashboards)$/,
    DATA,
    'use Amazon OpenSearch Service',
  ],
  [/^(memcached)$/, 'is a cache that AWS runs', 'use Amazon ElastiCache'],
  [/^(cassandra|scylla)$/, DATA, 'use Amazon Keyspaces'],
  [
    /^(dynamodb-local)$/,
    'stands in for DynamoDB',
    'name a table in resources.yml; the local region has DynamoDB too',
  ],
  [/^(minio)$/, DATA, 'use Amazon S3: name a bucket in resources.yml'],
  [
    /^(localstack|moto|elasticmq|elasticmq-native)$/,
    'stands in for AWS',
    'use AWS itself; the local region has it',
  ],
  [/^(mssql-server|azure-sql-edge|server)$/, DATA, 'use Amazon RDS for SQL Server'],
  [/^(influxdb|influxdb2)$/, DATA, 'use Amazon Timestream'],
  [/^(neo4j)$/, DATA, 'use Amazon Neptune, or Neo4j AuraDB'],
  [
    /^(couchdb|couchbase|cockroach|clickhouse-server|clickhouse|etcd|db2|oracle-free)$/,
    DATA,
    'use a managed one',
  ],
  [/^(consul)$/, 'is part of the platform', 'leave it out: services find each other by DNS'],
  [
    PROXIES,
    'is a proxy or a web server with processes of its own',
    'expose the services behind it in app.yml (several services may share a host by their paths)',
  ],
  [
    /^(adminer|phpmyadmin|pgadmin4?|mongo-express|redis-commander|portainer|portainer-ce|mailhog|mailpit|watchtower)$/,
    'is a tool for people at a keyboard',
    'run it on your own machine',
  ],
  [
    /^(wordpress|nextcloud|drupal|joomla|php|phpfpm)$/,
    'runs PHP, which starts other processes',
    'keep it where it runs now',
  ],
]

/** `mcr.microsoft.com/mssql/server` is a database, another `server` is not. */
const OWNED: Record<string, RegExp> = { server: /mssql/, consul: /(^|\/)(hashicorp\/)?consul$/ }

export interface ManagedService {
  why: string
  instead: string
}

/** Why an image is not taken, and what to use; undefined for one that may hold a program. */
export function managedService(image: string): ManagedService | undefined {
  const { name, repository } = imageName(image)
  const own = Object.hasOwn(OWNED, name) ? OWNED[name] : undefined
  if (own && !own.test(repository)) return undefined
  const found = SERVICES.find(([names]) => names.test(name))
  return found && { why: found[1], instead: found[2] }
}

/** Images of one's own that hold a known store give it away by its port. */
const PORTS: Record<number, string> = {
  3306: 'mysql',
  5432: 'postgres',
  5672: 'rabbitmq',
  9042: 'cassandra',
  9092: 'kafka',
  9200: 'elasticsearch',
  27017: 'mongo',
}

export function managedByPort(ports: readonly { port: number }[]): ManagedService | undefined {
  const found = ports
    .map(({ port }) => ({ port, image: PORTS[port] }))
    .find(({ image }) => image !== undefined)
  const service = found?.image === undefined ? undefined : managedService(found.image)
  return (
    service && { ...service, why: `listens on ${found?.port} as ${found?.image} does, which ${service.why}` }
  )
}

/** Redis has an image of ours: without what forks. */
export const isRedis = (image: string): boolean =>
  /^(redis|valkey|keydb)$/.test(imageName(image).name) || hasModules(image)

/** Redis with modules for search, JSON and the like, which most that name it do not use. */
export const hasModules = (image: string): boolean =>
  /^(redis-stack|redis-stack-server|redismod)$/.test(imageName(image).name)

/** What leads requests to other services, which `expose` does here. */
export const isProxy = (image: string): boolean => PROXIES.test(imageName(image).name)
