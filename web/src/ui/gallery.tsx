import { Mail, Plus, Trash2 } from "lucide-preact";
import { useState } from "preact/hooks";
import { formatNumber } from "../format.ts";
import { Button, IconButton } from "./button.tsx";
import { TimeChart } from "./chart.tsx";
import { confirm } from "./confirm.tsx";
import { CodeBlock, CopyField } from "./copy.tsx";
import { Dialog } from "./dialog.tsx";
import { Badge, Card, Facts, ProgressBar, RelativeTime, Stat, StatRow } from "./display.tsx";
import { PasswordField, SelectField, TextArea, TextField } from "./field.tsx";
import { FileDrop } from "./file-drop.tsx";
import { FilterChips, SearchBox, Toolbar } from "./filters.tsx";
import { Menu } from "./menu.tsx";
import { PageBody, PageHeader } from "./page.tsx";
import { EmptyState, ErrorState, Notice } from "./states.tsx";
import { type Column, Pager, Table, useColumns, useSelection } from "./table.tsx";
import { Tabs } from "./tabs.tsx";
import { toast, toastProblem } from "./toast.tsx";
import { Checkbox, ChoiceCards, Segmented, Switch } from "./toggles.tsx";

const hours = Array.from({ length: 24 }, (_, n) => Date.UTC(2026, 10, 20, n));

type Person = { id: string; email: string; name: string; opens: number; at: number };

const people: Person[] = Array.from({ length: 8 }, (_, n) => ({
  id: String(n),
  email: `${["ada", "grace", "alan", "edsger", "barbara", "donald", "tony", "leslie"][n]}@example.com`,
  name: ["Ada Lovelace", "Grace Hopper", "Alan Turing", "Edsger Dijkstra"][n % 4] ?? "",
  opens: (n * 7919) % 4211,
  at: Date.now() - n * 5_400_000,
}));

const columns: Column<Person>[] = [
  {
    key: "email",
    head: "Email",
    sort: "email",
    cell: (row) => (
      <a class="row-link" href="/gallery">
        {row.email}
      </a>
    ),
  },
  { key: "name", head: "Name", cell: (row) => row.name },
  { key: "state", head: "Status", cell: () => <Badge tone="success">Subscribed</Badge> },
  {
    key: "opens",
    head: "Opens",
    align: "end",
    sort: "opens",
    cell: (row) => formatNumber(row.opens),
  },
  {
    key: "at",
    head: "Added",
    align: "end",
    wide: true,
    cell: (row) => <RelativeTime at={row.at} />,
  },
];

/** Shows every UI component on one page during development. Not part of production builds. */
export function Gallery() {
  return (
    <main class="min-h-dvh bg-base-100">
      <PageHeader
        title="Component gallery"
        trail={[{ label: "Kit", href: "/gallery" }]}
        badge={
          <Badge tone="info" live>
            Sending
          </Badge>
        }
        actions={
          <Button variant="primary" icon={Plus}>
            New campaign
          </Button>
        }
      />
      <PageBody>
        <Buttons />
        <Fields />
        <Lists />
        <Displays />
      </PageBody>
    </main>
  );
}

function Buttons() {
  const [open, setOpen] = useState(false);
  return (
    <Card title="Buttons and overlays">
      <div class="flex flex-wrap items-center gap-2">
        <Button variant="primary">Send to 4,812 people now</Button>
        <Button icon={Mail} onClick={() => toast("Campaign deleted", { undo: () => undefined })}>
          Toast
        </Button>
        <Button
          onClick={() => toastProblem(new Error("The relay refused: 535 5.7.8 bad credentials"))}
        >
          Error
        </Button>
        <Button
          variant="danger"
          icon={Trash2}
          onClick={() =>
            confirm({
              title: "Delete “Newsletter”?",
              body: "1,204 memberships are lost. The contacts stay.",
              action: "Delete list",
              danger: true,
              typeName: "Newsletter",
            })
          }
        >
          Delete
        </Button>
        <Button variant="ghost">Ghost</Button>
        <Button busy>Saving</Button>
        <Button disabled>Disabled</Button>
        <IconButton icon={Trash2} label="Delete" />
        <Button onClick={() => setOpen(true)}>Dialog</Button>
        <Menu
          items={[
            { label: "Duplicate" },
            { label: "Rename", note: "R" },
            "separator",
            { label: "Delete", icon: Trash2, danger: true },
          ]}
        />
        {open && (
          <Dialog
            title="Add a contact"
            description="They get nothing until a campaign is sent."
            onClose={() => setOpen(false)}
            footer={
              <>
                <Button onClick={() => setOpen(false)}>Cancel</Button>
                <Button variant="primary">Add contact</Button>
              </>
            }
          >
            <TextField label="Email address" value="" onInput={() => undefined} autofocus />
          </Dialog>
        )}
      </div>
    </Card>
  );
}

function Fields() {
  const [text, setText] = useState("");
  const [on, setOn] = useState(true);
  const [seg, setSeg] = useState("desktop");
  return (
    <Card title="Fields" description="Labels above, hints and errors below.">
      <div class="grid gap-4 md:grid-cols-2">
        <TextField
          label="Name"
          value={text}
          onInput={setText}
          placeholder="Spring newsletter"
          hint="Only you see it."
        />
        <TextField
          label="Sender address"
          value="news@"
          onInput={() => undefined}
          error="Is not an address. Write it as name@example.com."
        />
        <PasswordField
          label="Password"
          value="correct horse"
          onInput={() => undefined}
          autocomplete="off"
        />
        <SelectField
          label="List"
          value="a"
          onChange={() => undefined}
          options={[{ value: "a", label: "Newsletter (4,812)" }]}
          optional
        />
        <TextArea label="Postal address" value="1 Test Street" onInput={() => undefined} />
        <div class="flex flex-col gap-4">
          <Checkbox label="Track opens" checked={on} onChange={setOn} hint="Adds a tiny picture." />
          <Switch
            label="Double opt-in"
            checked={on}
            onChange={setOn}
            hint="New people confirm by mail."
          />
          <Segmented
            label="Preview"
            value={seg}
            onChange={setSeg}
            options={[
              { value: "desktop", label: "Desktop" },
              { value: "phone", label: "Phone" },
              { value: "dark", label: "Dark" },
            ]}
          />
        </div>
      </div>
      <div class="mt-4 grid gap-4">
        <ChoiceCards
          label="Route"
          value={seg}
          onChange={setSeg}
          options={[
            { value: "desktop", label: "Test inbox", hint: "Nothing leaves this server." },
            { value: "phone", label: "SMTP relay", hint: "Your provider delivers the mail." },
          ]}
        />
        <FileDrop
          label="CSV file"
          accept=".csv"
          maxBytes={1000}
          onFile={() => undefined}
          hint="Up to 200 MB"
        />
      </div>
    </Card>
  );
}

function Lists() {
  const selection = useSelection();
  const { shown, menu } = useColumns("gallery", columns);
  return (
    <>
      <Card flush>
        <Toolbar end={menu}>
          <SearchBox />
          <FilterChips
            filters={[
              {
                param: "status",
                label: "Status",
                options: [
                  { value: "active", label: "Subscribed" },
                  { value: "gone", label: "Unsubscribed" },
                ],
              },
              { param: "list", label: "List", options: [{ value: "1", label: "Newsletter" }] },
            ]}
          />
        </Toolbar>
        <Table
          label="People"
          columns={columns}
          rows={people}
          rowKey={(row) => row.id}
          rowName={(row) => row.email}
          selection={selection}
          shown={shown}
          sort={{ key: "email", descending: false }}
          onSort={() => undefined}
          actions={() => <Menu items={[{ label: "Delete", danger: true }]} />}
        />
        <Pager count={people.length} hasMore onMore={() => undefined} />
      </Card>
      <Card flush>
        <EmptyState
          icon={Mail}
          title="No campaigns yet"
          action={
            <Button variant="primary" icon={Plus}>
              New campaign
            </Button>
          }
        >
          Write one, choose who gets it, and send it now or later.
        </EmptyState>
      </Card>
    </>
  );
}

function Displays() {
  const [tab, setTab] = useState("html");
  return (
    <>
      <StatRow>
        <Stat label="Recipients" value={formatNumber(4812)} note="of 5,120 in the audience" />
        <Stat label="Delivered" value="4,790" note="99.5%" />
        <Stat label="Opened by people" value="1,204" note="25.1%" />
        <Stat label="Clicked" value="311" note="6.5%" />
      </StatRow>
      <Card title="Opens per hour">
        <TimeChart
          label="Opens per hour"
          times={hours}
          series={[
            { label: "People", kind: "human", values: hours.map((_, n) => (n * 37) % 61) },
            { label: "Machines", kind: "machine", values: hours.map((_, n) => (n * 13) % 29) },
          ]}
        />
      </Card>
      <Card title="States">
        <div class="flex flex-col gap-4">
          <div class="flex flex-wrap gap-2">
            <Badge>Draft</Badge>
            <Badge tone="info">Scheduled</Badge>
            <Badge tone="success">Sent</Badge>
            <Badge tone="warning">Paused</Badge>
            <Badge tone="error">Failed</Badge>
          </div>
          <ProgressBar value={3120} max={4812} label="Sent" />
          <Notice
            tone="warning"
            title="12 contacts have no first name"
            action={<Button size="small">Show them</Button>}
          >
            The greeting falls back to “Hello”.
          </Notice>
          <Notice tone="error" title="STARTTLS failed">
            454 4.7.0 TLS not available due to local problem
          </Notice>
          <Notice tone="success" title="The relay accepts mail" />
          <Facts
            items={[
              ["Route", "SES eu-west-1"],
              ["Last check", <RelativeTime key="at" at={Date.now() - 90_000} />],
            ]}
          />
          <CopyField
            label="TXT record"
            value="v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu2xkq7y1k3m8Q0bqGz9X"
          />
        </div>
      </Card>
      <Card flush>
        <Tabs
          label="Message"
          value={tab}
          onChange={setTab}
          tabs={[
            { value: "html", label: "HTML" },
            { value: "raw", label: "Raw" },
          ]}
        >
          <div class="p-4">
            <CodeBlock label="Raw" text={"220 mx.example.com ESMTP\nEHLO swiftmail\n250 OK"} />
          </div>
        </Tabs>
      </Card>
      <Card flush>
        <ErrorState error={new Error("The server took too long.")} onRetry={() => undefined} />
      </Card>
    </>
  );
}
