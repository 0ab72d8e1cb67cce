/** The longer texts of `--help`, below the options; those of `import` are in `sources.ts`. */

/** What a network and an end are, examples, and exit statuses: below the list of commands. */
export const ABOUT = `
A network is a scenario in YAML or JSON, \`terraform show -json\` of a state or a plan, a folder of what \`aws ec2 describe-…\`
or \`tccli vpc Describe…\` print, or - for standard input; \`twoway import --help\` says how to get each.
An end is a VPC, a subnet or a host by name (web, vpc1/web), an address (10.0.1.5, vpc1:10.0.1.5), a CIDR, or internet.

  $ twoway check scenarios
  $ twoway check net.yaml --do 'delete-peering pcx-12'     what would that break?
  $ twoway trace scenarios/one-sided-route.yaml web db
  $ twoway trace net.yaml vpc1/web 10.2.0.7 --do 'delete-peering pcx-12'
  $ twoway why net.yaml web db                             what is wrong, and what would fix it?
  $ twoway diff net.yaml --do 'delete-peering pcx-12'      which pairs change?
  $ twoway diff plan.json                                  what does this apply break?
  $ twoway check plan.json --policy rules.yaml --format sarif

Exit status: 0 yes, 1 the answer is no, 2 the input or the usage is wrong, 3 undetermined, 70 a fault of ours.`;

/** The columns of flow logs, and the exit statuses of `replay`. */
export const LOGS = `
The first line of a log names its columns, in the words of AWS (srcaddr dstaddr srcport dstport protocol action …), or --fields does.
Exit status: 0 nothing breaks, 1 something breaks or contradicts the network, 3 nothing is known to, and some cannot be decided;
2 if no record could be read.`;

/** What `serve` prints, keeps and answers. */
export const SERVED = `
Prints the address on standard output, and one line of JSON for each request on standard error. The page works in the browser
alone: nothing leaves the machine, and what is tried on it changes neither the file nor the API.
With --api the region is X-TC-Region, the account stands behind the secret id; signatures are verified for accounts with a
secret, and the page shows the API's network as it is when the page is loaded.
Besides the actions of the cloud: EvaluateReachability {Source, Destination}, AdvanceClock {Duration: "7d"}, LookUpAccount {VpcId},
Dismiss-, Isolate- and RestoreVpcPeeringConnection and DescribeVpcPeeringConnectionRoutes {PeeringConnectionId}.
A scenario's \`traffic\` is metered as far as the clock is moved: GetMonitorData (2018-07-24, QCE/PCX) gives the series, and alarms are logged.
A journal is a scenario: \`twoway check FILE\`, \`twoway trace FILE a b --step all\`. It is on disk before the reply is sent.
SIGINT and SIGTERM let open requests end; the exit status is then 130 or 143.`;

/** Workers on several machines. */
export const BEYOND = `
Beyond one machine: \`twoway worker --queue redis://HOST:6379\` on each, in a folder where the input has the same path and the
same content, and --queue with that address for the run. Any Redis from 6.2 on does; several runs may share one. Workers may come, go
and be killed at any time: the answer is the same, byte for byte. TWOWAY_QUEUE is read in the place of --queue, which keeps a
password out of the list of processes.`;
