/**
 * The routes under /api/v1. Changes carry `Idempotency-Key`; errors are `{ error: { code, message, hint } }`.
 *
 *     POST   /cases                          caseFacts -> caseSummary                         reviewer
 *     GET    /cases?limit&before             { cases: caseSummary[], next }                   viewer
 *     GET    /cases/:case                    caseSummary                                      viewer
 *     PATCH  /cases/:case                    Partial caseFacts -> caseSummary                 reviewer
 *     POST   /cases/:case/images             multipart: files, or one .zip -> uploaded        reviewer
 *     GET    /cases/:case/cells?reading&after&limit   { cells: cell[], classes, next }        viewer
 *     GET    /cases/:case/events             server-sent: { revision, waiting, cells[] }      viewer
 *     POST   /cases/:case/labels             labelChange -> { revision, differential }        reviewer
 *     GET    /cases/:case/differential       differential                                     viewer
 *     GET    /cells/:cell/image              the file's bytes                                 viewer
 *     GET    /cells/:cell/thumbnail          WebP, 128 pixels                                 viewer
 *     GET    /cells/:cell/explanation?class  PNG, Grad-CAM over the image                     viewer
 *     GET    /cells/:cell/neighbours?count   { neighbours: { cell, case, label, distance }[], waiting } viewer
 *     POST   /cases/:case/second-reading     starts it, for the one who asks                  reviewer
 *     POST   /cases/:case/second-reading/finish   ends it                                     reviewer
 *     GET    /cases/:case/agreement          agreement                                        viewer
 *     POST   /cases/:case/sign               { meaning, password? } -> report                 signer
 *     POST   /cases/:case/amend              { reason } -> caseSummary, open again            signer
 *     GET    /cases/:case/reports            { reports: report[] }                            viewer
 *     GET    /reports/:report                HTML to print; .json, .csv, .fhir.json           viewer
 *     GET    /trail?case&cell&after&limit    { events: event[], next }                        viewer
 *     GET    /trail/verify                   { isWhole, events, head, fault }                 viewer
 *     GET    /trail/export                   NDJSON                                           admin
 *     GET    /backup                         tar of all: restored by `leukogram restore`      admin
 *     GET    /models                         { models: model[], active }                      viewer
 *     POST   /models/adapt                   { cases?, homeLoss? } -> run                     admin
 *     POST   /models/:model/activate         also the way back -> { models, active }          admin
 *     GET    /models/:model/file             the .onnx file, with an ETag                     viewer
 *     GET    /runs, /runs/:run               { runs: run[] }, run                             viewer
 *     GET    /runs/:run/events               server-sent: run, whenever it changes            viewer
 *     GET    /runs/:run/report               HTML                                             viewer
 *     POST   /runs                           { kind: "train", data, model, epochs?, recipe? } -> run  admin
 *     POST   /runs/:run/cancel               run                                              admin
 *     POST   /runs/:run/resume               run, that was cancelled, interrupted or failed   admin
 *     GET    /session                        { user, role, csrf, isLocal, notice }            all
 *     POST   /session                        { name, password } -> the same                   all
 *     DELETE /session                                                                          all
 *     GET, POST, PATCH /users                                                                  admin
 *     GET, POST, DELETE /tokens                                                                own
 *
 * Beside it: /healthz, /readyz, /metrics (Prometheus), /api/v1/openapi.json, /api/docs, /v2 (Open Inference Protocol).
 */
export const API = "/api/v1";
