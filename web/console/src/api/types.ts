// The answers of the API by the names that the console uses; the shapes themselves are generated into schema.d.ts.
import type { components } from './schema'

type Schemas = components['schemas']

export type Me = Schemas['Me']
export type Start = Schemas['Start']
export type Seat = Schemas['SeatOut']
export type Call = Schemas['SeatCall']
export type CallRow = Schemas['CallOut']
export type Recording = Schemas['RecordingOut']
export type CallBackRow = Schemas['CallBackOut']
export type Board = Schemas['BoardOut']
export type UserRow = Schemas['UserRow']
export type CallerCard = Schemas['CallerCard']
export type CardCase = Schemas['CardCase']
export type CaseView = Schemas['CaseOut']
export type CaseRow = Schemas['CaseRow']
export type Party = Schemas['PartyOut']
export type Guest = Schemas['SeatGuest']
export type FreeSeat = Schemas['FreeSeat']
export type QueueChoice = Schemas['QueueChoice']
export type SeatRow = Schemas['SeatRow']
export type FoundArticle = Schemas['Found']
export type Article = Schemas['ArticleOut']
export type Wording = Schemas['RevisionOut']
export type KnowledgeReport = Schemas['ReportOut']
export type Action = Schemas['ActionOut']
export type Assignment = Schemas['AssignmentOut']
export type Deadline = Schemas['DeadlineOut']
export type Attachment = Schemas['AttachmentOut']
export type Route = Schemas['RouteOut']
export type TimelineEntry = Schemas['TimelineEntry']
export type Explanation = Schemas['Explanation']
export type SuggestionAnswer = Schemas['SuggestionOut']
export type SimilarCase = Schemas['SimilarCase']
export type CaseFile = Required<Schemas['CaseFile']>
export type Dispute = Schemas['DisputeOut']
export type MiddleNumber = Schemas['MiddleNumber']
export type ExclusionRow = Schemas['ExclusionRow']
export type Sight = Schemas['Sight']
export type UnitFigures = Schemas['StatisticsOut']
export type ReplyTemplate = Schemas['TemplateOut']
export type CalendarYear = Schemas['YearOut']
export type CalendarDay = Schemas['DayOut']
export type CalendarPreview = Schemas['Preview']
export type Limits = Schemas['LimitsOut']
export type LimitRule = Schemas['RuleOut']
export type HouseLimit = Schemas['HouseLimitOut']
export type Proposal = Schemas['ProposalOut']
export type OrderRow = Schemas['OrderRow']
export type MorningList = Schemas['MorningList']
export type InstructionRow = Schemas['InstructionRow']
export type DocumentTemplate = Schemas['TemplateRow']
export type ReplyFinding = Schemas['ReplyFinding']
export type OpenSession = Schemas['SessionOut']
export type Factor = Schemas['FactorOut']
export type Enrolment = Schemas['Enrolment']
export type ApiToken = Schemas['TokenOut']
export type NewToken = Schemas['NewToken']
export type ExportRequest = Schemas['RequestOut']

export interface Page<Row> {
  items: Row[]
  next_cursor: string | number | null
}

/** The part of JSON schema that forms of actions are written in, with our two extensions. */
export interface JsonSchema {
  type?: string
  title?: string
  description?: string
  format?: string
  enum?: (string | number)[]
  default?: unknown
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  anyOf?: JsonSchema[]
  allOf?: JsonSchema[]
  $ref?: string
  $defs?: Record<string, JsonSchema>
  maxLength?: number
  minimum?: number
  maximum?: number
  'x-widget'?: string
  'x-labels'?: string[]
}
export type HotspotAlarm = Schemas['HotspotOut']
export type ModelBoard = Schemas['BoardOfModels']
export type AgreementRow = Schemas['AgreementRow']
export type ModelList = Schemas['ModelList']
export type ModelRow = Schemas['ModelRow']
export type ModelCard = Schemas['CardOut']
export type UnitProposal = Schemas['UnitProposal']
