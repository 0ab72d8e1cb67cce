import { nameTag, timeOf } from "./aws.ts";
