// Where the pages begin.
import { mount } from 'svelte';

import App from './App.svelte';
import './style/base.css';
import { language } from './text/language.svelte.ts';

document.documentElement.lang = language.code;
const target = document.getElementById('app');
if (target) mount(App, { target });
