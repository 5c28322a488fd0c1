import { ACCENT, FONT, THEME } from "../plots/theme.ts";

const RULES = `*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:48px 24px 64px;max-width:1080px;background:var(--page);color:var(--ink);font:16px/1.55 ${FONT}}
h1,h2,h3,p,ul,dl,figure{margin:0}
h1{font-size:36px;line-height:1.15;letter-spacing:-.02em;font-weight:650;text-wrap:balance}
h2{font-size:22px;line-height:1.3;letter-spacing:-.01em;font-weight:650;margin-bottom:6px}
h3{font-size:16px;font-weight:650;margin:24px 0 6px}
a{color:var(--accent)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:13px}
.top{display:flex;flex-wrap:wrap;gap:4px 24px;justify-content:space-between;margin-bottom:8px;font-size:13px;color:var(--muted)}
.kind{color:var(--accent);font-size:13px;font-weight:650;letter-spacing:.08em;text-transform:uppercase}
.facts{color:var(--muted);margin-top:10px}
.facts span+span::before{content:"\\00b7";margin:0 .5em}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(210px,1fr));gap:14px;margin:32px 0 18px}
.card,figure,.panel{background:var(--paper);border:1px solid var(--grid);border-radius:10px}
.card{padding:18px 20px}
.card .name{color:var(--muted);font-size:14px}
.card .value{font-size:36px;line-height:1.2;font-weight:650;letter-spacing:-.02em;font-variant-numeric:tabular-nums;white-space:nowrap}
.card .limits{color:var(--muted);font-size:14px;font-variant-numeric:tabular-nums}
.lead{font-size:18px;max-width:44em;margin:24px 0 8px}
.minor{color:var(--muted);font-size:14px}
section{margin-top:52px;scroll-margin-top:16px}
section>p{max-width:46em}
section>p+p{margin-top:10px}
section>.minor{margin-bottom:14px}
nav ul{display:flex;flex-wrap:wrap;gap:6px 18px;padding:14px 0;margin-top:26px;list-style:none;border-block:1px solid var(--grid);font-size:14px}
nav a{text-decoration:none}
nav a:hover{text-decoration:underline}
figure{margin:16px 0;padding:10px}
figcaption{color:var(--muted);font-size:14px;padding:2px 14px 8px;max-width:60em}
.scroll{overflow-x:auto}
figure svg{display:block;margin:0 auto;max-width:100%;height:auto;min-width:560px}
figure svg[width="960"]{min-width:800px}
.beside{display:grid;grid-template-columns:minmax(0,1fr) 280px;gap:0 32px;align-items:start}
.mistakes{list-style:none;padding:0;font-size:14px}
.mistakes li{padding:9px 0;border-bottom:1px solid var(--grid)}
.mistakes b{display:block;font-weight:600}
.panel{padding:6px 18px;margin:14px 0}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:9px 14px 9px 0;border-bottom:1px solid var(--grid);font-weight:400}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--muted);font-size:13px;vertical-align:bottom}
tbody th{font-weight:600}
tbody tr:last-child>*{border-bottom:0}
tfoot>tr>*{border-bottom:0;border-top:1px solid var(--muted)}
.number{text-align:right}
td .limits,th .limits{display:block;color:var(--muted);font-size:12px;font-weight:400;white-space:nowrap}
th .limits{white-space:normal}
td.number{white-space:nowrap}
.class{white-space:nowrap}
.swatch{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:8px}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:14px 24px;padding:12px 0}
dt{color:var(--muted);font-size:13px}
dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.warnings{background:var(--warn-paper);border-left:4px solid var(--warn);border-radius:0 10px 10px 0;padding:14px 20px;margin:26px 0 0}
.warnings h2{font-size:16px;margin:0 0 4px}
.warnings ul{padding-left:20px}
.verdict{padding:14px 0;border-bottom:1px solid var(--grid)}
.verdict:last-child{border-bottom:0}
.verdict p:first-child{font-weight:600}
.fault p:first-child,.doubt p:first-child{color:var(--warn)}
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:10px;margin-top:8px}
.tile{margin:0;padding:8px;text-align:center}
.tile img{display:block;margin:0 auto;border-radius:6px}
.tile figcaption{padding:4px 0 0;font-size:12px;overflow-wrap:anywhere}
pre{margin:0;padding:12px 0;overflow-x:auto;line-height:1.5}
.settings{columns:2;column-gap:40px}
.settings div{display:flex;gap:16px;justify-content:space-between;padding:7px 0;border-bottom:1px solid var(--grid);break-inside:avoid;font-size:14px}
.settings{display:block}
.settings dd{text-align:right}
details{margin-top:12px}
summary{cursor:pointer;color:var(--accent)}
footer{margin-top:64px;padding-top:18px;border-top:1px solid var(--grid);color:var(--muted);font-size:14px}
@media screen and (max-width:860px){body{padding:28px 16px 48px}h1{font-size:28px}.beside{grid-template-columns:minmax(0,1fr)}.settings{columns:1}}
@media print{@page{margin:16mm}body{padding:0 2px;max-width:none;font-size:11pt;background:none}nav{display:none}section{margin-top:28px}
figure,.card,.panel,tr,.verdict,.warnings{break-inside:avoid}h2,h3,section>p{break-after:avoid}.cards{grid-template-columns:repeat(4,1fr)}.card{padding:10px 12px}.card .value{font-size:22pt}.beside{grid-template-columns:minmax(0,1fr) 200px}.scroll{overflow:visible}table,th{font-size:8.5pt}td,th{padding-left:4px;padding-right:4px}td .limits,th .limits{font-size:7.5pt}figure svg,figure svg[width]{min-width:0}
pre{white-space:pre-wrap}details::details-content{content-visibility:visible;display:block;height:auto}}`;

/** The style sheet of a page; paper is always printed in light colours. */
export function pageStyle(): string {
  return `:root{color-scheme:light dark;${variables("light")};--warn:#b45309;--warn-paper:#fff7e8}
@media screen and (prefers-color-scheme:dark){:root{${variables("dark")};--warn:#f0a94b;--warn-paper:#2a2117}}
${RULES}`;
}

function variables(scheme: "light" | "dark"): string {
  return Object.entries({ ...THEME[scheme], accent: ACCENT[scheme] })
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(";");
}
