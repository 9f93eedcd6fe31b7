// Checks hunting queries with Microsoft's Kusto language service, for tests/kusto.rs.
//
// Reads a JSON array of queries from standard input and prints a JSON array with the problems of
// each: an empty array for a valid query.

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

// Both scripts define globals; the second one needs those of the first.
const require = createRequire(import.meta.url);
require('@kusto/language-service-next/bridge.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.js');
const { KustoCode, GlobalState, Symbols } = globalThis.Kusto.Language;

// The documented columns, each table as its page lists them (MessageEvents of August 2025,
// CloudAppEvents of March 2025):
// https://learn.microsoft.com/defender-xdr/advanced-hunting-messageevents-table
// https://learn.microsoft.com/defender-xdr/advanced-hunting-cloudappevents-table
const documented = {
  MessageEvents: {
    datetime: ['Timestamp'],
    string: [
      'LastEditedTime', 'TeamsMessageId', 'SenderEmailAddress', 'SenderDisplayName', 'SenderObjectId',
      'SenderType', 'MessageId', 'ParentMessageId', 'GroupId', 'GroupName', 'ThreadId', 'ThreadSubtype',
      'MessageFormatType', 'MessageFormatSubtype', 'MessageVersion', 'MessageSubject', 'ThreatTypes',
      'DeliveryAction', 'DeliveryLocation', 'ReportId', 'SafetyTip',
    ],
    bool: ['IsOwnedThread', 'IsExternalThread'],
    dynamic: ['RecipientDetails', 'DetectionMethods', 'ConfidenceLevel'],
  },
  CloudAppEvents: {
    datetime: ['Timestamp'],
    string: [
      'ActionType', 'Application', 'AccountObjectId', 'AccountId', 'AccountDisplayName', 'DeviceType',
      'OSPlatform', 'IPAddress', 'CountryCode', 'City', 'Isp', 'UserAgent', 'ActivityType', 'ObjectName',
      'ObjectType', 'ObjectId', 'ReportId', 'AccountType', 'IPCategory', 'AuditSource', 'OAuthAppId',
    ],
    int: ['ApplicationId', 'AppInstanceId'],
    bool: ['IsAdminOperation', 'IsAnonymousProxy', 'IsExternalUser', 'IsImpersonated'],
    dynamic: [
      'ActivityObjects', 'IPTags', 'UserAgentTags', 'RawEventData', 'AdditionalFields', 'LastSeenForUser',
      'UncommonForUser', 'SessionData',
    ],
  },
};

// Columns that the pages lack and tenants have: the sample queries of Azure/Azure-Sentinel ("Teams
// messages from a specific sender by ThreadType") and the module msec use them.
const undocumented = { MessageEvents: ['ThreadType'], CloudAppEvents: [] };

const tables = Object.entries(documented).map(([name, types]) => {
  const columns = Object.entries(types).flatMap(([type, names]) => names.map((column) => `${column}: ${type}`));
  return new Symbols.TableSymbol.$ctor7(name, `(${columns.join(', ')})`, null);
});
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.$ctor1('Defender', tables, false));

function problems(query) {
  const code = KustoCode.ParseAndAnalyze(query, globals);
  const diagnostics = code.GetDiagnostics();
  const found = [];
  for (let at = 0; at < diagnostics.Count; at += 1) {
    const { Code, Message, Start } = diagnostics.getItem(at);
    found.push(`${Code} at ${Start}: ${Message}`);
  }
  if (!code.ResultType?.Columns?.Count) {
    found.push('The query returns no columns.');
  }
  // column_ifexists accepts any name, so a misspelled one would silently become its default.
  const [table] = query.split('\n');
  const known = [...Object.values(documented[table] ?? {}).flat(), ...(undocumented[table] ?? [])];
  for (const [, column] of query.matchAll(/column_ifexists\("([^"]*)"/g)) {
    if (!known.includes(column)) {
      found.push(`${table} has no column '${column}', which column_ifexists names.`);
    }
  }
  return found;
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(problems)));
