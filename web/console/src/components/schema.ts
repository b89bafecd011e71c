// Reads the JSON schema of an action's form: which widget each field gets, its label, and whether it must be filled.
import type { JsonSchema } from '@/api/types'

export type Widget =
  | 'text' | 'area' | 'number' | 'switch' | 'choice' | 'choices' | 'words' | 'date' | 'instant'
  | 'unit' | 'units' | 'category' | 'place' | 'attachment' | 'attachments' | 'case' | 'route' | Reference | 'group' | 'groups' | 'yes_no'

/** Ids that a person takes from a list: own calls, orders and cards of the case, articles. */
export type Reference = 'call' | 'order' | 'card' | 'article'

export interface Field {
  name: string
  label: string
  help: string
  widget: Widget
  required: boolean
  choices: { value: string | number; label: string }[]
  fields: Field[]
  initial: unknown
  maxLength?: number
  minimum?: number
  maximum?: number
}

const LONG_TEXT_FROM = 120

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1) ?? ''
    // The title and text of a definition are about its type, not about this field.
    const definition = without(without(root.$defs?.[name] ?? {}, 'title'), 'description')
    return { ...resolve(definition, root), ...without(schema, '$ref') }
  }
  if (schema.allOf?.length === 1) return { ...resolve(schema.allOf[0] ?? {}, root), ...without(schema, 'allOf') }
  const real = (schema.anyOf ?? []).filter((option) => option.type !== 'null')
  if (real.length) return { ...resolve(real[0] ?? {}, root), ...without(schema, 'anyOf') }
  return schema
}

function without(schema: JsonSchema, key: keyof JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key))
}

function widgetOf(schema: JsonSchema, root: JsonSchema): Widget {
  const named = schema['x-widget']
  if (typeof named === 'string') return named as Widget
  if (schema.enum) return 'choice'
  switch (schema.type) {
    case 'boolean':
      return typeof schema.default === 'boolean' ? 'switch' : 'yes_no'
    case 'integer':
    case 'number':
      return 'number'
    case 'object':
      return 'group'
    case 'array': {
      const items = resolve(schema.items ?? {}, root)
      if (items['x-widget']) return `${String(items['x-widget'])}s` as Widget
      if (items.enum) return 'choices'
      return items.type === 'object' ? 'groups' : 'words'
    }
    default:
      if (schema.format === 'date-time') return 'instant'
      if (schema.format === 'date') return 'date'
      return (schema.maxLength ?? LONG_TEXT_FROM) >= LONG_TEXT_FROM ? 'area' : 'text'
  }
}

function choicesOf(schema: JsonSchema, root: JsonSchema): Field['choices'] {
  const source = schema.enum ? schema : resolve(schema.items ?? {}, root)
  const labels = source['x-labels'] ?? schema['x-labels']
  return (source.enum ?? []).map((value, index) => ({
    value,
    label: labels?.[index] ?? String(value),
  }))
}

function initialOf(widget: Widget, schema: JsonSchema): unknown {
  if (schema.default !== undefined && schema.default !== null) return schema.default
  if (['choices', 'words', 'units', 'attachments', 'groups'].includes(widget)) return []
  if (widget === 'switch') return false
  if (widget === 'group') return {}
  return null
}

/** A remark in brackets after the name belongs under the field, not into its label. */
function nameAndRemark(title: string): [string, string] {
  const parts = /^([^（]+)（(.{6,})）$/.exec(title)
  return parts ? [parts[1] ?? title, parts[2] ?? ''] : [title, '']
}

function fieldOf(name: string, raw: JsonSchema, root: JsonSchema, required: boolean): Field {
  const schema = resolve(raw, root)
  const widget = widgetOf(schema, root)
  const inner = widget === 'groups' ? resolve(schema.items ?? {}, root) : schema
  const [label, remark] = nameAndRemark(schema.title ?? name)
  const isNested = widget === 'group' || widget === 'groups'
  return {
    name,
    label,
    help: schema.description ?? remark,
    widget,
    required,
    choices: choicesOf(schema, root),
    fields: isNested ? fieldsOf(inner, root) : [],
    initial: initialOf(widget, schema),
    maxLength: schema.maxLength,
    minimum: schema.minimum,
    maximum: schema.maximum,
  }
}

export function fieldsOf(schema: JsonSchema, root: JsonSchema = schema): Field[] {
  const required = new Set(schema.required ?? [])
  const fields = Object.entries(schema.properties ?? {}).map(([name, raw]) => fieldOf(name, raw, root, required.has(name)))
  // A list of things without a described shape is filled by the server, not by a person.
  return fields.filter((field) => field.widget !== 'groups' || field.fields.length > 0)
}

export type FormValues = Record<string, unknown>

export function initialValues(fields: Field[]): FormValues {
  return Object.fromEntries(
    fields.map((field) => [field.name, field.widget === 'group' ? initialValues(field.fields) : structuredClone(field.initial)]),
  )
}

/** What is sent: fields left empty are left out, so that the server's own defaults hold. */
export function payloadOf(values: FormValues): FormValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== ''))
}
