export {
  type Alarm,
  type AlarmChange,
  type AlarmFinding,
  type AlarmHistory,
  type AlarmState,
  type Notification,
  notifications,
  parseAlarmExpectation,
  parseCondition,
  stateAt,
  watch,
} from "./ask/alarm.ts";
export { type Answer, answer } from "./ask/answer.ts";
export { type Bill, bills, type PriceList, priceOf } from "./ask/billing.ts";
export type { Box } from "./ask/boxes.ts";
export {
  type Change,
  diff,
  type FilterOwner,
  type Owner,
  ownersBetween,
  PairChange,
  type RouteOwner,
  setsBetween,
} from "./ask/change.ts";
export { type CidrAdvice, cidrAdvice } from "./ask/cidr-advice.ts";
export { type Endpoint, type EndpointSpan, resolveEndpoint } from "./ask/endpoint.ts";
export { type Contest, fairShare } from "./ask/fair-share.ts";
export type { Fault } from "./ask/fault.ts";
export { type FlowAnswer, OUTSIDE_NAME } from "./ask/flow-judge.ts";
export { ACTION, DIRECTION, ELSEWHERE, FlowRecords, MAX_COUNT, STATUS, UNSAID } from "./ask/flow-records.ts";
export { FlowTally } from "./ask/flow-tally.ts";
export {
  type Disagreement,
  FLOW_CLASSES,
  type FlowClass,
  type Reason,
} from "./ask/flow-verdict.ts";
export { HeavyAddresses, type HeavyJson, type HeavyList } from "./ask/heavy-addresses.ts";
export type { KnownPlaces } from "./ask/known-places.ts";
export type { ReplayCause } from "./ask/leg.ts";
export { countLosses, type LossRange, lossRanges } from "./ask/loss-range.ts";
export {
  type FlowSample,
  type GroupTally,
  MAX_MALFORMED,
  type MalformedLine,
  type MalformedLines,
  mergeTallies,
  NO_TALLY,
  type PairTally,
  type TallyJson,
} from "./ask/merge-tallies.ts";
export {
  type Metering,
  type MeterOptions,
  type Moment,
  meter,
  stepsOf,
  type Tally,
} from "./ask/meter.ts";

export type { SubnetName } from "./ask/pair-sets.ts";
export { listPeerings, ownerOf, payersOf, type RelatedRoute, relatedRoutes } from "./ask/peering-detail.ts";
export { evaluatePolicies, type Policy, type PolicyFinding, type Violation } from "./ask/policy.ts";
export { type Preflight, preflight } from "./ask/preflight.ts";
export {
  type Pair,
  type PairSets,
  type PairsOptions,
  type PairVerdict,
  Reach,
  type ReachCount,
  reach,
} from "./ask/reach.ts";
export { type Diagnosis, diagnose, type Fix } from "./ask/repair.ts";
export type { Obstacle } from "./ask/repair-plan.ts";
export { Replay } from "./ask/replay.ts";
export { chooseRoute, type RouteChoice, type Winner } from "./ask/route.ts";
export {
  type Expectation,
  parseExpectation,
  type Scenario,
  type Step,
  type StepAction,
} from "./ask/scenario.ts";
export { parseSelector, type Selector, select } from "./ask/selection.ts";
export {
  coarsen,
  METRIC_NAMES,
  METRICS,
  type Metric,
  metric,
  type PeeringSeries,
  type Series,
} from "./ask/series.ts";
export type { Service } from "./ask/service.ts";
export {
  type Loss,
  mergeSweeps,
  type PeeringLoss,
  type RouteLoss,
  type Sweep,
  type SweepOptions,
  sweep,
  sweepRange,
} from "./ask/sweep.ts";
export {
  type Extent,
  excessOf,
  type Flow,
  formatPattern,
  formatRate,
  type Pattern,
  PERIODS,
  type Period,
  parseFlow,
  parsePattern,
  parseRate,
  TRAFFIC_LIMITS,
  type Traffic,
} from "./ask/traffic.ts";
export { type Tried, WhatIf } from "./ask/what-if.ts";
export { ACTION_USAGE, type Action, type ActionKind, formatAction, parseAction } from "./model/action.ts";
export { CAUSE_NAMES, CAUSES, type Cause, type CauseRow, type Hint, type RouteName } from "./model/cause.ts";
export { formatDuration, formatTime, parseDuration, parseTime } from "./model/clock.ts";
export { advance, apply } from "./model/control.ts";
export { deadline } from "./model/control-peering.ts";
export type { FilterRule, NetworkAcl, Remote, SecurityGroup } from "./model/filter.ts";
export { graphOf, type NetworkGraph, peeringChain } from "./model/graph.ts";
export type { Attachment, Hub, HubTable } from "./model/hub.ts";
export { invert } from "./model/invert.ts";
export { InputError, type Issue, type IssueCode, nearest } from "./model/issue.ts";
export type { Component, Gateway, Host, Network, RouteTable, Subnet, Vpc } from "./model/network.ts";
export type { Applied, Event, Outcome } from "./model/outcome.ts";
export {
  isCrossRegion,
  isListedFor,
  type Peering,
  type PeeringEnd,
  type PeeringEvent,
  type PeeringState,
  TRANSITIONS,
} from "./model/peering.ts";
export {
  PROFILE_NAMES,
  PROFILES,
  type Profile,
  type ProfileName,
  type Quotas,
  type Rule,
} from "./model/profile.ts";
export type { Refusal } from "./model/refusal.ts";
export { type Route, Routes, type WrittenRoute } from "./model/routes.ts";
export { Services } from "./model/services.ts";
export { isPlain } from "./plane/detour.ts";
// single edits of a compiled network, below `WhatIf`
export { setActive, setHop, tryDeletion, tryHop } from "./plane/edit.ts";
export type { FlipVisitor } from "./plane/flips.ts";
export { ABSENT, LOCAL } from "./plane/hop.ts";
export { type RoundTrip, roundTrip, type Verdict } from "./plane/round-trip.ts";
export { type Hop, type Spot, type Trace, trace } from "./plane/trace.ts";
export { type Causes, changeJson, renderChange } from "./report/change.ts";
export { type Coverage, coverageOf } from "./report/coverage.ts";
export { renderDiagnosis } from "./report/diagnosis.ts";
export { dotText, mermaidText } from "./report/diagram.ts";
export { answerJson, choiceJson, diagnosisJson, scenarioJson } from "./report/json.ts";
export { type MatrixView, matrixJson, renderMatrix } from "./report/matrix.ts";
export { type MeterView, renderMeter } from "./report/meter.ts";
export { meterJson, seriesCsv } from "./report/meter-json.ts";
export { comparisonRows, profileRows, quotaRows, type RuleRow, renderProfiles } from "./report/profiles.ts";
export { type FlowGroup, type ReplayReport, renderReplay, replayJson, reportOf } from "./report/replay.ts";
export { scenarioJsonText, scenarioText } from "./report/scenario.ts";
export { renderSweep, sweepJson } from "./report/sweep.ts";
export {
  alarmHistory,
  PLAIN,
  renderAnswer,
  renderChoice,
  renderScenario,
  type Style,
} from "./report/text.ts";
export { type Topology, type TopologyLink, type TopologyNode, topologyOf } from "./report/topology.ts";
export {
  type Deed,
  type Finding,
  type Metered,
  type PolicyCheck,
  playStep,
  runScenario,
  type ScenarioReport,
  type StepReport,
} from "./run.ts";
export {
  COLUMN_NAMES,
  type ColumnName,
  columnNamed,
  type LogLayout,
  layoutOf,
  NEEDED,
} from "./source/flow-log/layout.ts";
export { type LogRange, type LogReading, readFlowLog, WHOLE_LOG } from "./source/flow-log/read-text.ts";
export { RecordFields } from "./source/flow-log/record-fields.ts";
export { type Imported, type ImportFile, type ImportOptions, importNetworks } from "./source/import.ts";
export { INPUT_FORMATS, type InputFormat, recogniseText } from "./source/input-format.ts";
export { readPolicyFile } from "./source/policies.ts";
export { readPriceList } from "./source/prices.ts";
export { type ReadOptions, readScenario, type ScenarioFile } from "./source/scenario-file.ts";
export { scenarioJsonSchema } from "./source/scenario-schema.ts";
