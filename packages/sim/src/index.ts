export { type Answer, answer } from "./ask/answer.ts";
export { type Endpoint, type EndpointSpan, resolveEndpoint } from "./ask/endpoint.ts";
export { listPeerings, type RelatedRoute, relatedRoutes } from "./ask/peering-detail.ts";
export { type Preflight, preflight } from "./ask/preflight.ts";
export { chooseRoute, type RouteChoice, type Winner } from "./ask/route.ts";
export {
  type Expectation,
  parseExpectation,
  type Scenario,
  type Step,
  type StepAction,
} from "./ask/scenario.ts";
export type { Service } from "./ask/service.ts";
export { ACTION_USAGE, type Action, type ActionKind, formatAction, parseAction } from "./model/action.ts";
export { CAUSE_NAMES, CAUSES, type Cause, type CauseRow, type Hint, type RouteName } from "./model/cause.ts";
export { formatDuration, formatTime, parseDuration, parseTime } from "./model/clock.ts";
export { advance, apply } from "./model/control.ts";
export type { FilterRule, NetworkAcl, Remote, SecurityGroup } from "./model/filter.ts";
export { graphOf, type NetworkGraph, peeringChain } from "./model/graph.ts";
export type { Attachment, Hub, HubTable } from "./model/hub.ts";
export { invert } from "./model/invert.ts";
export { InputError, type Issue, type IssueCode, nearest } from "./model/issue.ts";
export type { Component, Gateway, Host, Network, RouteTable, Subnet, Vpc } from "./model/network.ts";
export type { Applied, Event, Outcome } from "./model/outcome.ts";
export {
  isListedFor,
  type Peering,
  type PeeringEnd,
  type PeeringEvent,
  type PeeringState,
  TRANSITIONS,
} from "./model/peering.ts";
export { PROFILE_NAMES, PROFILES, type Profile, type ProfileName, type Rule } from "./model/profile.ts";
export { type Route, Routes, type WrittenRoute } from "./model/routes.ts";
export type { Refusal } from "./model/rules.ts";
export { Services } from "./model/services.ts";
export { type RoundTrip, roundTrip, type Verdict } from "./plane/round-trip.ts";
export { type Hop, type Spot, type Trace, trace } from "./plane/trace.ts";
export { type Coverage, coverageOf } from "./report/coverage.ts";
export { answerJson, choiceJson, scenarioJson } from "./report/json.ts";
export { profileRows, type RuleRow, renderProfiles } from "./report/profiles.ts";
export { scenarioJsonText, scenarioText } from "./report/scenario.ts";
export { PLAIN, renderAnswer, renderChoice, renderScenario, type Style } from "./report/text.ts";
export {
  type Deed,
  type Finding,
  playStep,
  runScenario,
  type ScenarioReport,
  type StepReport,
} from "./run.ts";
export {
  type Imported,
  type ImportFile,
  type ImportOptions,
  INPUT_FORMATS,
  type InputFormat,
  importNetworks,
  recogniseText,
} from "./source/import.ts";
export { type ReadOptions, readScenario, type ScenarioFile } from "./source/scenario-file.ts";
export { scenarioJsonSchema } from "./source/scenario-schema.ts";
